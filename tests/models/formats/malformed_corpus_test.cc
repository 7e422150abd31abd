// A corpus of model files that are truncated, lie about their sizes or mean harm, each with what is said of it.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "models/formats/layer_choice.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/read_model.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/support/file_content.h"
#include "tests/support/file_errors.h"
#include "tests/support/model_files.h"
#include "tests/support/onnx_bytes.h"
#include "tests/support/torch_bytes.h"

namespace unrecur::malformed_corpus_test {
namespace {

using namespace std::string_literals;

/// A file, and a part of the message that refuses it.
using Malformed = std::pair<std::string, std::string>;
using Corpus = std::vector<Malformed>;

std::string npy(const Matrix<double>& values) {
  return std::string(as_text(format_npy(values)));
}

std::string fixture(const std::string& name) {
  return testing::content(testing::model_file(name));
}

/// Pickles inside PyTorch's archive that call something, nest or refer without end, or break off.
Corpus pickles() {
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
  Corpus corpus = {
      {"cos\nsystem\n(S'touch owned'\ntR.", "the pickle calls os.system; only tensors and plain data are read"},
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
  for (auto& [bytes, message] : corpus) bytes = testing::torch::torch_file(bytes);
  return corpus;
}

/// Tensors that lie outside their storage, and archives without a part.
Corpus views() {
  using namespace testing::torch;
  const std::string minus_one = "J\xff\xff\xff\xff", huge = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
  Corpus corpus = {
      {state_dict(13, pair(2, 2), pair(2, 1)), "expected a part of its storage of 16 elements, found offset 13"},
      {state_dict(0, pair(5, 5), pair(0, 0)), "shape [5, 5], strides [0, 0]"},
      {state_dict(0, pair(2, 2), small(1) + minus_one + "\x86"), "strides [1, -1]"},
      {state_dict(0, huge + huge + "\x86", pair(1, 1)), "expected a part of its storage"},
      {state_dict(0, pair(2, 2), huge + huge + "\x86"), "expected a part of its storage"},
      {state_dict(0, pair(2, 2), small(1) + "\x85"), "expected a storage, an offset, a shape and strides"},
      {state_dict(0, pair(2, 2), pair(2, 1), "ctorch\nQInt8Storage\n"), "expected numbers of a plain type"},
      {state_dict(0, pair(2, 2), pair(2, 1), "ctorch\nIntStorage\n"),
       "expected numbers of the type F16, BF16, F32 or F64"},
  };
  for (auto& [bytes, message] : corpus) bytes = torch_file(bytes);
  const std::string module = fixture("module_lstm.pt");
  corpus.insert(corpus.end(),
                {{Zip{{{"a/data.pkl", state_dict(0, pair(2, 2), pair(2, 1))}}}.bytes(), "expected a member data/0"},
                 {"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", "expected more bytes, found the end"},
                 {module.substr(0, module.size() / 2), "expected the end record of a zip archive"},
                 {module.substr(0, module.size() - 30), "the archive is truncated"},
                 {Zip{{{"a/data.pkl", "N."}}, 8, 0, 1U << 30}.bytes(), "unpacked, found 1073741824"},
                 {Zip{{{"a/data.pkl", "N."}}, 12}.bytes(), "expected the method stored (0) or deflate (8), found 12"},
                 {Zip{{{"a/data.pkl", "N."}}, 0, 1}.bytes(), "expected no encryption"},
                 {Zip{{{"a/data.pkl", "N."}, {"a/data.pkl", "N."}}}.bytes(), "expected each name once"}});
  return corpus;
}

Corpus numpy_files() {
  using testing::torch::Zip;
  Matrix<double> w = Matrix<double>::Identity(2, 2), nan = w;
  nan(1, 0) = std::nan("");
  const std::string deflated = fixture("deflated_gru.npz");
  std::string flipped = deflated;
  flipped[90] = static_cast<char>(flipped[90] ^ 0x55);
  return {
      {Zip{{{"W_rec.npy", npy(nan)}, {"W_in.npy", npy(w)}}}.bytes(),
       "element [1, 0]: expected a finite number, found NaN"},
      {Zip{{{"W_rec.npy", npy(w)}, {"W_in.npy", npy(Matrix<double>::Identity(3, 3))}}}.bytes(),
       "tensor 'W_in': expected the shape [2, columns], found [3, 3]"},
      {Zip{{{"W_rec.npy", npy(w).substr(0, 140)}, {"W_in.npy", npy(w)}}}.bytes(),
       "array 'W_rec': data: expected 32 bytes"},
      {Zip{{{"W_rec.npy", npy(Matrix<double>::Ones(2, 3))}, {"W_in.npy", npy(w)}}}.bytes(),
       "layer 'rnn', recurrent matrix"},
      {deflated.substr(0, deflated.size() - 22), "expected the end record of a zip archive, found none"},
      {flipped, "weight_ih_l0.npy"},
      {npy(w).substr(0, 8), "expected a NumPy array"},
      {"\x93NUMPY\x09\x00"s + std::string(120, ' '), "version"},
  };
}

Corpus onnx_files() {
  using namespace testing::onnx;  // NOLINT: short names make the graphs readable
  const std::string good = model(weights(1, 4) + node("LSTM", {"x", "W", "R", "B"}, "y"));
  const auto lstm = [](const std::string& r, const std::string& attributes = "") {
    return model(initializer(r) + node("LSTM", {"x", "W", "R"}, "y", attributes));
  };
  std::string deep = node("LSTM", {"x", "W", "R"}, "y");
  for (int i = 0; i < 40; ++i) deep = node("Loop", {}, "l", graph_attribute("body", deep));
  std::string doubling = initializer(tensor("c0", {1}, {1}));
  for (int i = 0; i < 40; ++i) {
    const std::string from = "c" + std::to_string(i);
    doubling += node("Concat", {from, from}, "c" + std::to_string(i + 1), number_attribute("axis", 0));
  }
  doubling += node("LSTM", {"x", "W", "c40"}, "y");
  const std::int64_t huge = std::int64_t{1} << 62;
  const std::string exported = fixture("exported_lstm.onnx");
  return {
      {good.substr(0, good.size() - 5), "bytes, found"},
      {lstm(tensor("R", {1, 4, 1}, {1, 2, 3})), "tensor 'R': expected 4 numbers, as the shape [1, 4, 1] says, found 3"},
      {lstm(tensor("R", {huge, huge, huge}, {1})), "with a product below 2^63"},
      {lstm(tensor("R", {-1, 4, 1}, {1})), "expected dimensions of 0 or more"},
      {lstm(tensor("R", {1, 4, 1}, {1, 2, 3, std::nanf("")})), "expected a finite number, found NaN"},
      {lstm(tensor("R", {4, 1}, {1, 2, 3, 4})), "expected R of three dimensions, found [4, 1]"},
      {lstm(tensor("R", {1, 5, 1}, counting(5))), "expected R of the shape [1, 4, 1], found [1, 5, 1]"},
      {lstm(tensor("R", {1, 4, 1}, counting(4)), number_attribute("hidden_size", 3)), "for hidden_size 3"},
      {lstm(tensor("R", {1, 4, 1}, counting(4)), text_attribute("direction", "up")), "found 'up'"},
      {lstm(integer(1, 4) + integer(2, 8) + bytes(8, "R") + bytes(9, "abcd")), "found element type 8"},
      {lstm(integer(2, 1) + bytes(8, "R") + integer(14, 1)), "its numbers lie in another file"},
      {model(deep), "expected graphs at most 16 deep"},
      {model(doubling), "unfold to many times as much"},
      {model(initializer(tensor("S", {3}, counting(3))) + node("Transpose", {"S"}, "R", list_attribute("perm", {1})) +
             node("LSTM", {"x", "W", "R"}, "y")),
       "Transpose node 'R_node': expected an order of the axes"},
      {model("\x0b"), "expected a wire type 0, 1, 2 or 5, found 3"},
      {model(bytes(1, std::string(11, '\xff'))), "expected a number of at most 10 bytes"},
      {exported.substr(0, exported.size() / 3), "bytes, found"},
  };
}

Corpus json_files() {
  const std::string deep = std::string("{\"layers\": ") + std::string(10000, '[') + std::string(10000, ']') + "}";
  const auto gru = [](const std::string& weights) {
    return R"({"layers": [{"type": "gru", "weights": )" + weights + "}]}";
  };
  const std::string manifest = fixture("model.json");
  return {
      {R"({"layers": [)", "expected JSON"},
      {R"({"layers": [NaN]})", "expected JSON"},
      {R"({"layers": [1e999]})", "expected JSON, found something else or a number out of range"},
      {deep, "expected JSON at most 64 levels deep"},
      {R"({"layers": 3})", "layers: expected a list of layers"},
      {R"({"layers": [3]})", "layers[0]: expected an object"},
      {gru("[]"), "layers[0].weights: expected kernel, recurrent kernel and bias"},
      {gru("[[[1, 2, 3]], [[1, 2, 3], [4, 5]]]"), "layers[0].weights[1][1]: expected a list of 3 numbers"},
      {gru(R"([[[1, 2, 3]], [[1, 2, "3"]]])"), "expected a number, found string"},
      {gru("[[[1, 2, 3]], [[1, 2, 3, 4]]]"), "recurrent kernel: expected that of a gru, found 1 x 4"},
      {gru("[[[1, 2]], [[1, 2, 3]]]"), "kernel: expected 3 columns"},
      {gru("[[[1, 2, 3]], [[1, 2, 3]], [1, 2]]"), "bias: expected one or two times 3 numbers"},
      {R"({"architecture": "LSTM", "config": {"input_size": 2, "hidden_size": 0, "num_layers": 1}, "weights": [1]})",
       "config.hidden_size: expected a whole number from 1 to 65536"},
      {R"({"architecture": "LSTM", "config": {"input_size": 2, "hidden_size": 9999, "num_layers": 1}, "weights": [1]})",
       "numbers for layer 0, found 1"},
      {R"({"state_dict": []})", "state_dict: expected an object of tensors"},
      {R"({"state_dict": {"weight_hh": [[1, 2], [3]]}})", "expected a list of 2 numbers"},
      {R"({"weightsManifest": [{"paths": ["../x"], "weights": []}]})", "expected names of files beside the manifest"},
      {R"({"weightsManifest": 3})", "the JSON of a TensorFlow.js model"},
      {manifest.substr(0, manifest.size() / 2), "expected JSON, found something else"},
      {R"({"weightsManifest": [{"paths": [], "weights": [{"name": "k", "shape": [2], "dtype": "float32"}]}]})",
       "expected 8 bytes in the shards, found 0"},
      {R"({"weightsManifest": [{"paths": [], "weights": [{"name": "k", "shape": [2], "dtype": "uint8"}]}]})",
       "expected plain float32 weights"},
      {R"({"weightsManifest": [{"paths": [], "weights": [{"name": "k", "shape": [-2], "dtype": "float32"}]}]})",
       "expected a shape of whole numbers"},
      {R"({"weightsManifest": [{"paths": ["/etc/passwd"], "weights": []}]})", "names of files beside the manifest"},
  };
}

/// A safetensors file with this header and `size` bytes of data.
std::string safetensors(const std::string& header, std::size_t size) {
  return testing::torch::little(header.size(), 8) + header + std::string(size, '\0');
}

Corpus safetensors_files() {
  const auto one = [](const std::string& entry, std::size_t size) {
    return safetensors("{\"rnn.weight_hh\": " + entry + "}", size);
  };
  const auto described = [](const std::string& layers) {
    std::string quoted;
    for (const char c : layers) quoted += c == '"' ? "\\\""s : std::string(1, c);
    return safetensors(R"({"__metadata__": {"unrecur.layers": ")" + quoted +
                           R"("}, "w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}})",
                       16);
  };
  const auto layer = [&](const std::string& cell, const std::string& attributes, const std::string& weight) {
    return described(R"([{"name": "l", "cell": ")" + cell + R"(", "direction": "forward", "attributes": )" +
                     attributes + R"(, "conjugate": false, "note": "", "weights": {"recurrent": ")" + weight +
                     R"("}}])");
  };
  return {
      {one(R"({"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]})", 15), "within the 15 bytes"},
      {one(R"({"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]})", 17),
       "found 1 bytes that belong to no tensor"},
      {one(R"({"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 16]})", 16),
       "expected the bytes of F32 [2, 3], 24"},
      {one(R"({"dtype": "F33", "shape": [2, 2], "data_offsets": [0, 16]})", 16), "F33"},
      {one("3", 0), "expected"},
      {safetensors("{", 0), "expected"},
      {fixture("lstm.safetensors").substr(0, 200), "header"},
      {described("{"), "metadata, unrecur.layers: expected JSON"},
      {described("{}"), "expected a list of layers"},
      {described("[3]"), "expected an object for each layer"},
      {described("[{}]"), "'name': expected this key, found none"},
      {layer("elman", "{}", "v"), "'recurrent': expected the name of a tensor, found 'v'"},
      {layer("elman", "{}", R"(w", "input": "w)"), "'input': expected each tensor once, found 'w' again"},
      {layer("mgu", "{}", "w"), "'cell': expected elman, linear, gru or lstm, found 'mgu'"},
      {layer("lstm", "{}", "w"), "layer 'l', recurrent matrix: expected 8 rows"},
      {layer("elman", R"({"activation": "cubic"})", "w"), "cubic"},
      {layer("elman", R"({"activation": 3})", "w"), "'attributes.activation': expected a string"},
  };
}

/// Containers that came later: raw pickles, archives of Keras and of stable-baselines3, lwtnn, functions of ONNX.
Corpus later_ones() {
  using namespace testing::onnx;  // NOLINT: short names make the graphs readable
  using testing::torch::Zip;
  const std::string legacy = fixture("wrapped/1_legacy.pt"), arrays = fixture("wrapped/1_numpy_4.pkl");
  const std::string keras = fixture("wrapped/1_archive.keras");
  const auto lwtnn = [](const std::string& i) {
    return R"({"layers": [{"architecture": "lstm", "activation": "tanh", "inner_activation": "sigmoid", "components": {"i": )" +
           i + R"(, "f": {"U": [1], "weights": [1], "bias": [1]}, "c": {"U": [1], "weights": [1], "bias": [1]},
               "o": {"U": [1], "weights": [1], "bias": [1]}}}]})";
  };
  const auto calling = [](const std::string& type, const std::string& input, const std::string& output) {
    return bytes(1, input) + bytes(2, output) + bytes(3, "call") + bytes(4, type) + bytes(7, "own");
  };
  const std::string endless =
      bytes(1, "F") + bytes(4, "a") + bytes(5, "b") + bytes(7, calling("F", "a", "b")) + bytes(10, "own");
  const auto external = [](const std::string& location, const std::string& more = "") {
    const auto entry = [](const std::string& key, const std::string& value) {
      return bytes(13, bytes(1, key) + bytes(2, value));
    };
    const std::string r = integer(1, 1) + integer(1, 4) + integer(1, 1) + integer(2, 1) + bytes(8, "R") +
                          entry("location", location) + (more.empty() ? "" : entry("offset", more)) + integer(14, 1);
    return model(initializer(r) + node("LSTM", {"x", "W", "R"}, "y"));
  };
  return {
      {legacy.substr(0, legacy.size() - 8), "the file is truncated"},
      {legacy.substr(0, legacy.size() / 2), "expected more bytes, found the end"},
      {arrays.substr(0, arrays.size() / 2), "expected more bytes, found the end"},
      {"\x80\x04" + testing::torch::unicode("os") + testing::torch::unicode("system") + "\x93" +
           testing::torch::unicode("true") + "\x85R.",
       "the pickle calls os.system"},
      {"\x80\x02" + std::string(5000, ']') + std::string(4999, 'a') + ".", "expected containers at most 64 deep"},
      {keras.substr(0, keras.size() - 30), "the archive is truncated"},
      {Zip{{{"model.weights.h5", "no HDF5"}, {"config.json", "{}"}}}.bytes(), "HDF5"},
      {Zip{{{"x/model.weights.h5", ""}}}.bytes(), "expected a member model.weights.h5, found none"},
      {Zip{{{"policy.pth", Zip{{{"a/data.pkl", "cos\nsystem\n(tR."}}}.bytes()}}}.bytes(), "the pickle calls os.system"},
      {lwtnn("3"), "components.i.U: expected a list of numbers, found none"},
      {lwtnn(R"({"U": [1, 2], "weights": [1], "bias": [1]})"), "expected as many numbers as other gates have"},
      {lwtnn(R"({"U": ["1"], "weights": [1], "bias": [1]})"), "expected numbers, found string"},
      {model(bytes(1, calling("F", "x", "y"))) + bytes(25, endless), "expected graphs at most 16 deep"},
      {external("../model.data"), "expected is a name in the model's folder, found '../model.data'"},
      {external("/etc/passwd"), "expected is a name in the model's folder"},
      {external("no such file"), "'no such file', which is not there"},
      {external("no such file", "x"), "expected a number of bytes, found 'x'"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "found a pointer of Git LFS"},
      {"<!DOCTYPE html><html></html>", "found a web page"},
      {"\x1f\x8b\x08", "found a gzip file"},
      {std::string(4, '\0') + "TFL3" + std::string(8, '\0'), "found a TensorFlow Lite model"},
      {"\x0a\x20\x0a\x01x\x12\x0bPlaceholder*\x0b\x0a\x05"
       "dtype\x12\x02"
       "0\x01",
       "found a TensorFlow graph"},
      {"\x08\x01\x12\x20 saved_model_main_op", "found a TensorFlow SavedModel"},
      {Zip{{{"weights.bin", "abc"}}}.bytes(), "found a zip archive of weights.bin"},
      {R"({"weightsManifest": [], "modelTopology": {"node": []}})", "found a TensorFlow graph"},
  };
}

Corpus others() {
  const std::string full = std::string(as_text(read_unpacked(testing::model_file("keras_full.h5.gz"))));
  return {
      {"", "expected a model file of a known format, found something else"},
      {"a text that is no model", "known are"},
      {full.substr(0, 100), "HDF5"},
      {full.substr(0, full.size() / 2), "HDF5"},
      {npy(Matrix<double>::Identity(3, 3)), "expected a recurrent layer, found none in this numpy file"},
  };
}

TEST(MalformedModels, EachIsRefusedWithItsMessage) {
  std::size_t count = 0;
  for (const auto& [part, corpus] : std::vector<std::pair<std::string, Corpus>>{{"pickles", pickles()},
                                                                                {"views", views()},
                                                                                {"numpy", numpy_files()},
                                                                                {"onnx", onnx_files()},
                                                                                {"json", json_files()},
                                                                                {"safetensors", safetensors_files()},
                                                                                {"later", later_ones()},
                                                                                {"others", others()}}) {
    for (std::size_t i = 0; i < corpus.size(); ++i, ++count) {
      SCOPED_TRACE(part + " " + std::to_string(i));
      const auto bytes = as_bytes(corpus[i].first);
      testing::expect_file_error(
          [&] {
            choose_layers(parse_recurrent_model({bytes.begin(), bytes.end()}, "model"), {});
          },
          "model", corpus[i].second);
    }
  }
  EXPECT_EQ(count, 132U);
}

}  // namespace
}  // namespace unrecur::malformed_corpus_test

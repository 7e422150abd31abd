// PyTorch and NumPy archives built byte by byte; damaged zip archives.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "models/formats/layer_choice.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/read_model.h"
#include "models/formats/shared/zip.h"
#include "tests/support/file_errors.h"
#include "tests/support/torch_bytes.h"

namespace unrecur::torch_models_test {
namespace {

using namespace std::string_literals;
using testing::expect_file_error;
using namespace testing::torch;  // NOLINT: short names make the files readable

RecurrentModel parse(const std::string& bytes) {
  const auto content = as_bytes(bytes);
  return parse_recurrent_model({content.begin(), content.end()}, "model");
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
  EXPECT_EQ(format_open(model.layers[0]), "the file does not store the leak, a number above 0 and at most 1");
}

TEST(NumpyModels, ChooseTheOnlyMatrix) {
  const RecurrentModel model = parse(npy(Matrix<double>::Identity(3, 3)));
  EXPECT_EQ(choose_layers(model, {.kind = "linear"}).at(0).cell, "linear");
  expect_file_error([&] { choose_layers(model, {}); }, "model", "array (3 x 3)");
}

}  // namespace
}  // namespace unrecur::torch_models_test

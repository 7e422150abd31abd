// What the process that runs libhdf5 tells is taken as it is sent, and nothing else is taken for it.
#include <gtest/gtest.h>

#include "models/formats/keras/keras_arrays.h"
#include "tests/support/file_errors.h"
#include "tests/support/hdf5_message.h"

namespace unrecur::hdf5_message_test {
namespace {

Hdf5Content simple_rnn() {
  Hdf5Content content;
  content.arrays = {{"rnn/rnn/simple_rnn_cell/bias:0", {2}, {1, 2}, ""},
                    {"rnn/rnn/simple_rnn_cell/kernel:0", {3, 2}, {1, 2, 3, 4, 5, 6}, ""},
                    {"rnn/rnn/simple_rnn_cell/recurrent_kernel:0", {2, 2}, {7, 8, 9, 10}, ""},
                    {"step:0", {}, {}, "expected its numbers, found damage"}};
  content.model_config = R"({"class_name": "Sequential", "config": {"layers": []}})";
  return content;
}

TEST(Hdf5Message, IsTakenAsItIsTold) {
  const Hdf5Content content = simple_rnn(), back = hdf5_content_from(testing::message(content), "", "file");
  ASSERT_EQ(back.arrays.size(), content.arrays.size());
  for (std::size_t i = 0; i < content.arrays.size(); ++i) {
    EXPECT_EQ(back.arrays[i].path, content.arrays[i].path);
    EXPECT_EQ(back.arrays[i].shape, content.arrays[i].shape);
    EXPECT_EQ(back.arrays[i].values, content.arrays[i].values);
    EXPECT_EQ(back.arrays[i].problem, content.arrays[i].problem);
  }
  EXPECT_EQ(back.model_config, content.model_config);
}

TEST(Hdf5Message, BecomesLayersAndTensors) {
  RecurrentModel model{"file", "keras-hdf5", {}, {}};
  auto content = simple_rnn();
  content.model_config.clear();
  add_keras_arrays(std::make_shared<const Hdf5Content>(content), model);
  ASSERT_EQ(model.layers.size(), 1U);
  // Keras multiplies from the left.
  EXPECT_EQ(model.layers[0].recurrent, (Matrix<double>{{7, 9}, {8, 10}}));
  ASSERT_EQ(model.tensors.size(), 4U);
  testing::expect_file_error([&] { model.tensors[3].load(); }, "step:0", "damage");
}

/// Wherever it breaks off, with why the process ended; only the very end will do.
TEST(Hdf5Message, EveryBeginningIsRefused) {
  const Bytes whole = testing::message(simple_rnn());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    testing::expect_file_error([&] { hdf5_content_from(std::span(whole).first(size), "it took too long", "file"); },
                               "file", "it took too long");
  }
}

TEST(Hdf5Message, ShapesThatCannotBeAreRefused) {
  const auto refused = [](const Hdf5Array& array) {
    const Bytes bytes = testing::message({{array}, ""});
    testing::expect_file_error([&] { hdf5_content_from(bytes, "", "file"); }, "file", "HDF5");
  };
  refused({"one number too many", {2}, {1, 2, 3}, ""});
  refused({"one too few", {2, 2}, {1, 2, 3}, ""});
  refused({"three dimensions", {1, 1, 1}, {1}, ""});
  refused({"below zero", {-1}, {}, "expected its numbers, found damage"});
  refused({"beyond 64 bits", {std::int64_t{1} << 40, std::int64_t{1} << 40}, {}, ""});
}

}  // namespace
}  // namespace unrecur::hdf5_message_test

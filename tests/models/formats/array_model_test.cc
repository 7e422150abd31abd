#include "models/formats/arrays/array_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/errors.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/read_model.h"
#include "models/formats/shared/tensor.h"
#include "tests/models/random_model.h"

namespace unrecur::array_model_test {
namespace {

/// An array in memory, row by row.
template <class S>
struct Rows {
  std::vector<S> values;
  ArrayView view;

  Rows(std::string name, const Matrix<double>& matrix, bool flat = false) {
    for (Index i = 0; i < matrix.rows(); ++i) {
      for (Index j = 0; j < matrix.cols(); ++j) values.push_back(static_cast<S>(matrix(i, j)));
    }
    const auto width = static_cast<std::int64_t>(sizeof(S));
    view.name = std::move(name);
    view.dtype = sizeof(S) == 4 ? "F32" : "F64";
    view.shape = {matrix.rows()};
    view.strides = {matrix.cols() * width};
    if (!flat) {
      view.shape.push_back(matrix.cols());
      view.strides.push_back(width);
    }
    view.data = reinterpret_cast<const std::byte*>(values.data());
  }
};

class ArrayModel : public ::testing::Test {
 protected:
  std::mt19937_64 engine_{12};
  Rows<float> recurrent_{"net.rnn.weight_hh_l0", testing::random_matrix<double>(4, 4, engine_)};
  Rows<float> input_{"net.rnn.weight_ih_l0", testing::random_matrix<double>(4, 3, engine_)};
  Rows<double> bias_{"net.rnn.bias_ih_l0", testing::random_matrix<double>(4, 1, engine_), true};
};

TEST_F(ArrayModel, IsTheModelOfAFileWithTheseArrays) {
  const std::vector<ArrayView> views{recurrent_.view, input_.view, bias_.view};
  const RecurrentModel model = model_of_arrays(views, {.name = "weights"});
  std::vector<Tensor> tensors;
  for (const StoredTensor& tensor : model.tensors) tensors.push_back(tensor.raw());
  const RecurrentModel file = parse_recurrent_model(format_npz(tensors), "weights.npz");
  ASSERT_EQ(model.layers.size(), 1u);
  ASSERT_EQ(file.layers.size(), 1u);
  const RecurrentLayer &ours = model.layers[0], &theirs = file.layers[0];
  EXPECT_EQ(ours.name, theirs.name);
  EXPECT_EQ(ours.cell, theirs.cell);
  EXPECT_EQ(ours.open, theirs.open) << "arrays say no more than the file";
  EXPECT_EQ(ours.recurrent, theirs.recurrent);
  EXPECT_EQ(ours.input, theirs.input);
  EXPECT_EQ(ours.input_bias, theirs.input_bias);
  EXPECT_EQ(model.file, "weights");
  EXPECT_EQ(model.format, "arrays");
}

TEST_F(ArrayModel, TakesActivationsFromWhoKnowsThem) {
  const std::vector<ArrayView> views{recurrent_.view, input_.view};
  const auto layer = [&](const std::string& module) {
    return model_of_arrays(views, {.activations = {{module, "relu"}}}).layers.at(0);
  };
  EXPECT_TRUE(layer("net.rnn").open.empty());
  EXPECT_EQ(layer("net.rnn").attributes.at("activation"), "relu");
  for (const char* other : {"", "net", "rnn", "net.rn", "net.rnn.weight_hh_l0"}) {
    EXPECT_FALSE(layer(other).open.empty()) << other;
  }
}

TEST_F(ArrayModel, ReadsElementsWhereTheyLie) {
  const Matrix<double> w = testing::random_matrix<double>(4, 4, engine_);
  Rows<double> rows("weight_hh_l0", w);
  ArrayView transposed = rows.view;
  std::swap(transposed.strides[0], transposed.strides[1]);
  EXPECT_FALSE(transposed.contiguous());
  EXPECT_EQ(model_of_arrays({transposed}).layers.at(0).recurrent, w.transpose());

  ArrayView upside_down = rows.view;
  upside_down.data += 3 * upside_down.strides[0];
  upside_down.strides[0] *= -1;
  EXPECT_EQ(model_of_arrays({upside_down}).layers.at(0).recurrent, w.colwise().reverse());
  EXPECT_EQ(tensor_to_matrix<double>(stored_tensor(upside_down, "").raw(), ""), w.colwise().reverse());

  const RecurrentModel before = model_of_arrays({rows.view});
  rows.values[5] = 0.25;
  EXPECT_EQ(stored_tensor(rows.view, "").load()(1, 1), 0.25) << "no copy was kept";
  EXPECT_EQ(before.layers.at(0).recurrent, w) << "weights of layers are copies";
}

TEST_F(ArrayModel, HasADigestOfNamesTypesShapesAndElements) {
  const auto digest = [&](const ArrayView& view) { return model_of_arrays({view}).sha256; };
  const std::string plain = digest(recurrent_.view);
  EXPECT_EQ(plain.size(), 64u);
  EXPECT_EQ(plain, digest(recurrent_.view));
  ArrayView other = recurrent_.view;
  other.name = "net.rnn.weight_hh_l1";
  EXPECT_NE(plain, digest(other));
  other = recurrent_.view;
  std::swap(other.strides[0], other.strides[1]);
  EXPECT_NE(plain, digest(other));
  recurrent_.values[0] = std::nextafter(recurrent_.values[0], 2.0F);
  EXPECT_NE(plain, digest(recurrent_.view));
}

TEST_F(ArrayModel, RefusesWhatHoldsNoNumbersWhereItIsNeeded) {
  ArrayView odd{.name = "net.rnn.weight_hh_l0", .shape = {4, 4}, .problem = "expected numbers, found words"};
  try {
    model_of_arrays({odd}, {.name = "weights"});
    FAIL() << "no error";
  } catch (const FileError& error) {
    EXPECT_EQ(error.problem().file, "weights");
    EXPECT_NE(error.problem().place.find("weight_hh_l0"), std::string::npos);
    EXPECT_EQ(error.problem().expected, "expected numbers, found words");
  }
  odd.name = "vocabulary";
  odd.shape = {7};
  EXPECT_EQ(model_of_arrays({recurrent_.view, odd}).layers.size(), 1u) << "nobody asks for it";
  EXPECT_THROW(model_of_arrays({recurrent_.view, recurrent_.view}), FileError) << "two of one name";
  recurrent_.values[3] = std::nanf("");
  EXPECT_THROW(model_of_arrays({recurrent_.view}), FileError);
}

TEST_F(ArrayModel, PassesOverNothingThatMayCarryAState) {
  const Rows<double> other("other.h2h.weight", testing::random_matrix<double>(4, 4, engine_));
  const RecurrentModel model = model_of_arrays({recurrent_.view, other.view});
  ASSERT_EQ(model.layers.size(), 2u);
  EXPECT_EQ(model.layers[1].cell, "unknown");
}

}  // namespace
}  // namespace unrecur::array_model_test

// A dense layer on top of a recurrent one, by the name of its weight.
#include "models/formats/head_tensor.h"

#include <gtest/gtest.h>

#include "base/errors.h"

namespace unrecur {
namespace {

StoredTensor tensor_of(const std::string& name, const Matrix<double>& values) {
  return {name, {values.rows(), values.cols()}, [values] { return values; }};
}

RecurrentModel model_of(const std::string& format, std::vector<StoredTensor> tensors) {
  RecurrentModel model{"m." + format, format, {}, {}};
  model.tensors = std::move(tensors);
  return model;
}

Matrix<double> counted(Index rows, Index cols) {
  Matrix<double> values(rows, cols);
  for (Index i = 0; i < values.size(); ++i) values.data()[i] = static_cast<double>(i + 1);
  return values;
}

TEST(HeadTensor, IsTurnedSoThatItsColumnsAreTheOutputs) {
  const Matrix<double> tall = counted(5, 3), wide = counted(3, 5);
  const RecurrentModel model = model_of("safetensors", {tensor_of("tall", tall), tensor_of("wide", wide)});
  EXPECT_EQ(head_weight(model, "tall", 3), tall);
  EXPECT_EQ(head_weight(model, "wide", 3), wide.transpose());
}

TEST(HeadTensor, OfSquareOnesTheFormatDecides) {
  const Matrix<double> square = counted(3, 3);
  EXPECT_EQ(head_weight(model_of("pytorch", {tensor_of("v", square)}), "v", 3), square);
  EXPECT_EQ(head_weight(model_of("keras", {tensor_of("v", square)}), "v", 3), square.transpose());
  EXPECT_EQ(head_weight(model_of("keras-hdf5", {tensor_of("v", square)}), "v", 3), square.transpose());
  EXPECT_THROW(head_weight(model_of("onnx", {tensor_of("v", square)}), "v", 3), UsageError);
  EXPECT_EQ(head_weight(model_of("onnx", {tensor_of("v", counted(3, 2))}), "v", 3), counted(3, 2).transpose());
}

std::string complaint(const RecurrentModel& model, const std::string& name) {
  try {
    head_weight(model, name, 3);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(HeadTensor, ComplaintsNameWhatCouldBeMeant) {
  RecurrentModel model =
      model_of("safetensors", {tensor_of("fc.weight", counted(7, 3)), tensor_of("rnn.weight_hh_l0", counted(3, 3)),
                               tensor_of("other", counted(4, 4))});
  RecurrentLayer layer;
  layer.sources = {"rnn.weight_hh_l0"};
  model.layers.push_back(layer);
  const std::string missing = complaint(model, "fc");
  EXPECT_NE(missing.find("there is no fc;"), std::string::npos) << missing;
  EXPECT_NE(missing.find("fc.weight"), std::string::npos) << missing;
  EXPECT_EQ(missing.find("weight_hh"), std::string::npos) << "a recurrent matrix is no head: " << missing;
  EXPECT_NE(complaint(model, "other").find("found other [4, 4]"), std::string::npos);
  EXPECT_NE(complaint(model, "").find("the file tells of no head"), std::string::npos);
  model.head = DenseHead{"rnn", counted(2, 3), Matrix<double>::Zero(2, 1)};
  EXPECT_EQ(head_weight(model, "", 3), counted(2, 3));
  EXPECT_FALSE(told_head(model, 4));
}

}  // namespace
}  // namespace unrecur

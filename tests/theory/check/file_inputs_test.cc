#include "theory/check/file_inputs.h"

#include <gtest/gtest.h>

#include "models/layers/cell_registry.h"
#include "models/truncation/orders.h"
#include "tests/models/random_model.h"
#include "theory/check/check.h"

namespace unrecur {
namespace {

RecurrentLayer lstm_layer(const std::string& name, std::mt19937_64& engine, double scale = 0.2) {
  RecurrentLayer layer;
  layer.name = name;
  layer.cell = "lstm";
  layer.recurrent = testing::random_matrix<double>(8, 2, engine, scale);
  layer.input = testing::random_matrix<double>(8, 2, engine, scale);
  layer.state_size = 2;
  return layer;
}

std::optional<InputSet> from_below(const RecurrentModel& model, std::size_t i,
                                   const InputSet& inputs = InputSet::anything()) {
  return inputs_from_below(model.layers, i, [&](std::size_t) { return inputs; });
}

TEST(InputsFromBelow, AreTheOutputsOfTheLayersThatAFileNames) {
  std::mt19937_64 engine(3);
  RecurrentModel model;
  model.layers = {lstm_layer("first", engine), lstm_layer("second", engine), lstm_layer("third", engine)};
  model.layers[1].reads = {"first"};
  model.layers[2].reads_computed = true;
  EXPECT_FALSE(from_below(model, 0)) << "the model's inputs";
  const auto second = from_below(model, 1);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->bound(), 1.0);
  const auto third = from_below(model, 2);
  ASSERT_TRUE(third);
  EXPECT_FALSE(third->bounded()) << "what lies between is not followed";
  EXPECT_EQ(check(model.layers[2], {.inputs = *third, .explain = false}).verdict, Verdict::undecided);
  EXPECT_EQ(check(model.layers[1], {.inputs = *second, .explain = false}).verdict, Verdict::proved);
}

TEST(InputsFromBelow, HaveNoBoundWhereTheLayerBelowHasNone) {
  std::mt19937_64 engine(4);
  RecurrentModel model;
  model.layers = {lstm_layer("first", engine), lstm_layer("second", engine)};
  model.layers[1].reads = {"first"};
  model.layers[0].attributes = {{"output", "relu"}, {"candidate", "relu"}};
  EXPECT_FALSE(from_below(model, 1)->bounded());
  model.layers[0].attributes = {{"output", "softsign"}};
  EXPECT_EQ(from_below(model, 1)->bound(), 1.0);
}

TEST(InputsFromBelow, AreWhatTheModelsInputsCanMakeOfTheLayersBelow) {
  std::mt19937_64 engine(6);
  RecurrentModel model;
  model.layers = {lstm_layer("m.l0", engine), lstm_layer("m.l1", engine)};
  const auto loose = from_below(model, 1), near = from_below(model, 1, InputSet::box(0.1));
  ASSERT_TRUE(loose && near);
  EXPECT_LE(loose->high().maxCoeff(), 1.0);
  EXPECT_LT(near->high().maxCoeff(), 0.5 * loose->high().maxCoeff());
  // Nothing that the lower layer gives lies outside.
  const auto cell = make_cell(model.layers[0]);
  const Matrix<double> x = testing::random_matrix<double>(2, 500, engine).cwiseMin(0.1).cwiseMax(-0.1);
  const Matrix<double> h = cell->output_of(full_states<double>(*cell, x));
  EXPECT_TRUE((h.cwiseAbs().rowwise().maxCoeff().array() <= near->high().array()).all());
  // A state from elsewhere leaves them.
  model.layers[0].initial = Matrix<double>::Constant(4, 1, 0.9);
  EXPECT_EQ(from_below(model, 1, InputSet::box(0.1))->high().maxCoeff(), 1.0);
  model.layers[0].initial.setConstant(3.0);
  EXPECT_FALSE(from_below(model, 1, InputSet::box(0.1))->bounded());
}

TEST(InputsFromBelow, OfReluHaveABoundUnderBoundedInputsOnly) {
  std::mt19937_64 engine(7);
  RecurrentModel model;
  model.layers = {lstm_layer("m.l0", engine), lstm_layer("m.l1", engine)};
  RecurrentLayer& relu = model.layers[0];
  relu.cell = "elman";
  relu.attributes = {{"activation", "relu"}};
  relu.recurrent = Matrix<double>::Identity(2, 2) * 0.5;
  relu.input = Matrix<double>::Identity(2, 2);
  EXPECT_FALSE(from_below(model, 1)->bounded());
  const auto within = from_below(model, 1, InputSet::box(1.0));
  ASSERT_TRUE(within && within->bounded());
  EXPECT_GE(within->high().minCoeff(), 2.0) << "h = h/2 + 1";
  EXPECT_LT(within->high().maxCoeff(), 2.1);
}

TEST(InputsFromBelow, OfLayersInACircleHaveNoBound) {
  std::mt19937_64 engine(8);
  RecurrentModel model;
  model.layers = {lstm_layer("a", engine), lstm_layer("b", engine)};
  for (RecurrentLayer& layer : model.layers) layer.attributes = {{"output", "relu"}, {"candidate", "relu"}};
  model.layers[0].reads = {"b"};
  model.layers[1].reads = {"a"};
  EXPECT_FALSE(from_below(model, 1, InputSet::box(1.0))->bounded());
  model.layers[1].reads = {"a", "missing"};
  EXPECT_FALSE(from_below(model, 1, InputSet::box(1.0))->bounded());
}

TEST(StoredInitialStates, KeepAContextWhereTheyLieInTheBoxOnly) {
  std::mt19937_64 engine(5);
  RecurrentLayer layer = lstm_layer("l", engine);
  const CheckOptions options{.inputs = InputSet::box(1.0), .explain = false};
  EXPECT_FALSE(check(layer, options).context_from_stored) << "none are stored";
  layer.initial = Matrix<double>::Constant(4, 1, 1e-3);
  const LayerReport inside = check(layer, options);
  ASSERT_TRUE(inside.context);
  EXPECT_EQ(inside.context_from_stored, true);
  layer.initial(0, 0) = 1000.0;
  const LayerReport outside = check(layer, options);
  ASSERT_TRUE(outside.context);
  EXPECT_EQ(outside.context_from_stored, false);
  layer.initial = Matrix<double>::Zero(3, 1);
  EXPECT_EQ(check(layer, options).context_from_stored, false) << "of another size";
}

}  // namespace
}  // namespace unrecur

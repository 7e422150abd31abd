#include "theory/check/file_inputs.h"

#include <gtest/gtest.h>

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

TEST(InputsFromBelow, AreTheOutputsOfTheLayersThatAFileNames) {
  std::mt19937_64 engine(3);
  RecurrentModel model;
  model.layers = {lstm_layer("first", engine), lstm_layer("second", engine), lstm_layer("third", engine)};
  model.layers[1].reads = {"first"};
  model.layers[2].reads_computed = true;
  EXPECT_FALSE(inputs_from_below(model, model.layers[0])) << "the model's inputs";
  const auto second = inputs_from_below(model, model.layers[1]);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->bound(), 1.0);
  const auto third = inputs_from_below(model, model.layers[2]);
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
  EXPECT_FALSE(inputs_from_below(model, model.layers[1])->bounded());
  model.layers[0].attributes = {{"output", "softsign"}};
  EXPECT_EQ(inputs_from_below(model, model.layers[1])->bound(), 1.0);
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

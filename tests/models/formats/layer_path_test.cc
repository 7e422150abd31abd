// How the layers of a file hang together: what each reads, and all of them as one recurrence.
#include "models/formats/layer_path.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "models/layers/cell_registry.h"
#include "models/truncation/orders.h"
#include "tests/models/random_model.h"

namespace unrecur::layer_path_test {
namespace {

using testing::random_matrix;

RecurrentLayer layer(const std::string& name, Index n, Index m, std::mt19937_64& engine, bool backward = false) {
  RecurrentLayer l;
  l.name = name;
  l.cell = "gru";
  l.attributes = {{"reset", "after"}};
  l.direction = backward ? "backward" : "forward";
  l.state_size = n;
  l.recurrent = random_matrix<double>(3 * n, n, engine);
  l.input = random_matrix<double>(3 * n, m, engine);
  l.input_bias = random_matrix<double>(3 * n, 1, engine);
  l.recurrent_bias = random_matrix<double>(3 * n, 1, engine);
  return l;
}

Matrix<double> turned(const Matrix<double>& x) {
  return x.rowwise().reverse();
}

TEST(LayerPath, OfAModuleGoesFromLayerToLayer) {
  std::mt19937_64 engine(1);
  // The order in the file is not that of the path.
  const std::vector<RecurrentLayer> layers{layer("rnn.l1", 4, 4, engine), layer("rnn.l0", 4, 3, engine),
                                           layer("rnn.l2", 4, 4, engine)};
  EXPECT_EQ(layers_below(layers, 0), std::vector<std::size_t>{1});
  EXPECT_TRUE(layers_below(layers, 1).empty());
  EXPECT_EQ(layers_below(layers, 2), std::vector<std::size_t>{0});
  const Matrix<double> x = random_matrix<double>(3, 12, engine);
  const auto inputs = recorded_inputs(layers, {x});
  const Matrix<double> lowest = full_states<double>(*make_cell(layers[1]), x);
  const Matrix<double> middle = full_states<double>(*make_cell(layers[0]), lowest);
  const Matrix<double> top = full_states<double>(*make_cell(layers[2]), middle);
  EXPECT_EQ(inputs[1][0], x);
  EXPECT_EQ(inputs[0][0], lowest);
  EXPECT_EQ(inputs[2][0], middle);
  const auto joint = joint_cell(layers);
  ASSERT_TRUE(joint);
  const Matrix<double> all = full_states<double>(*joint, x);
  ASSERT_EQ(all.rows(), 12);
  EXPECT_LT((all.topRows(4) - lowest).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_LT((all.middleRows(4, 4) - middle).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_LT((all.bottomRows(4) - top).cwiseAbs().maxCoeff(), 1e-14);
}

TEST(LayerPath, IsALayerNamedAfterItsParts) {
  std::mt19937_64 engine(4);
  const std::vector<RecurrentLayer> layers{layer("rnn.l1", 4, 4, engine), layer("rnn.l0", 4, 3, engine)};
  const auto joint = joint_layer(layers);
  ASSERT_TRUE(joint && joint->whole);
  EXPECT_EQ(joint->name, "rnn.l0 + rnn.l1");
  EXPECT_EQ(joint->cell, "stack");
  EXPECT_EQ(joint->state_size, 4);
  EXPECT_FALSE(joint_layer(std::span(layers).first(1))) << "one layer has a name already";
  const std::vector<RecurrentLayer> parts = layers_joined_in(layers, joint->name);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].name + parts[1].name, "rnn.l0rnn.l1");
  EXPECT_EQ(layers_joined_in(layers, "rnn.l1").size(), 1U);
  EXPECT_TRUE(layers_joined_in(layers, "rnn.l7 + ").empty() && layers_joined_in(layers, "").empty());
}

TEST(LayerPath, BothDirectionsAreRead) {
  std::mt19937_64 engine(2);
  const std::vector<RecurrentLayer> layers{
      layer("m.rnn.l0", 2, 3, engine), layer("m.rnn.l0.reverse", 2, 3, engine, true), layer("m.rnn.l1", 2, 4, engine),
      layer("m.rnn.l1.reverse", 2, 4, engine, true)};
  const Matrix<double> x = random_matrix<double>(3, 7, engine);
  const auto inputs = recorded_inputs(layers, {x});
  Matrix<double> both(4, 7);
  both << full_states<double>(*make_cell(layers[0]), x), turned(full_states<double>(*make_cell(layers[1]), turned(x)));
  EXPECT_EQ(inputs[2][0], both);
  EXPECT_EQ(inputs[3][0], turned(both)) << "in the order in which it reads";
  EXPECT_FALSE(joint_cell(layers)) << "no recurrence forward in time is both directions";
}

/// Three layers in no order, of which the file says what each reads.
std::vector<RecurrentLayer> named_layers(std::mt19937_64& engine) {
  std::vector<RecurrentLayer> layers{layer("top", 2, 5, engine), layer("low", 4, 3, engine),
                                     layer("between", 5, 4, engine)};
  layers[0].reads = {"between"};
  layers[2].reads = {"low"};
  layers[0].reads_in_order = layers[2].reads_in_order = true;
  return layers;
}

TEST(LayerPath, GoesWhereTheFileSaysAndSizesMayDiffer) {
  std::mt19937_64 engine(5);
  const std::vector<RecurrentLayer> layers = named_layers(engine);
  const auto joint = joint_layer(layers);
  ASSERT_TRUE(joint && joint->whole);
  EXPECT_EQ(joint->name, "low + between + top");
  EXPECT_EQ(joint->attributes.at("width"), "4,5,2");
  const Matrix<double> x = random_matrix<double>(3, 9, engine), all = full_states<double>(*joint->whole, x);
  ASSERT_EQ(all.rows(), 11);
  Matrix<double> below = x;
  Index row = 0;
  for (const std::size_t i : {1U, 2U, 0U}) {
    EXPECT_EQ(recorded_inputs(layers, {x})[i][0], below) << i;
    const auto cell = make_cell(layers[i]);
    below = full_states<double>(*cell, below);
    EXPECT_LT((all.middleRows(row, below.rows()) - below).cwiseAbs().maxCoeff(), 1e-14) << i;
    row += below.rows();
  }
  // Its attributes say all of it but the weights.
  const auto again = make_cell<double>("stack", 3, joint->state_size, joint->attributes);
  ASSERT_EQ(again->parameters().size(), joint->whole->parameters().size());
  again->parameters() = joint->whole->parameters();
  EXPECT_EQ(full_states<double>(*again, x), all);
  EXPECT_EQ(again->attributes(), joint->attributes);
}

TEST(LayerPath, MayGoThroughLayersOfSeveralKinds) {
  std::mt19937_64 engine(7);
  std::vector<RecurrentLayer> layers = named_layers(engine);
  layers[2].attributes["reset"] = "before";  // and the others' after
  const auto joint = joint_layer(layers);
  ASSERT_TRUE(joint && joint->whole);
  EXPECT_EQ(joint->attributes.at("layer"), "gru");
  EXPECT_EQ(joint->attributes.at("0.reset"), "after");
  EXPECT_EQ(joint->attributes.at("1.reset"), "before");
  const auto again = make_cell<double>("stack", 3, joint->state_size, joint->attributes);
  again->parameters() = joint->whole->parameters();
  const Matrix<double> x = random_matrix<double>(3, 9, engine);
  EXPECT_EQ(full_states<double>(*again, x), full_states<double>(*joint->whole, x));
  EXPECT_EQ(again->attributes(), joint->attributes);
  Attributes wrong = joint->attributes;
  wrong["7.reset"] = "after";
  EXPECT_THROW(make_cell<double>("stack", 3, joint->state_size, wrong), UsageError);
}

TEST(LayerPath, OfNamedLayersNeedsOrderAndRest) {
  std::mt19937_64 engine(6);
  std::vector<RecurrentLayer> layers = named_layers(engine);
  EXPECT_TRUE(joint_cell(layers));
  EXPECT_FALSE(joint_cell(std::vector<RecurrentLayer>{layers[0], layers[2]})) << "what the lower one reads is not here";
  layers[2].reads_in_order = false;
  EXPECT_FALSE(joint_cell(layers)) << "entries may have changed their places";
  layers = named_layers(engine);
  layers[0].reads = {"low"};
  EXPECT_FALSE(joint_cell(layers)) << "a fork";
  layers = named_layers(engine);
  layers[2].initial = Matrix<double>::Ones(5, 1);
  EXPECT_FALSE(joint_cell(layers)) << "states from which no joint question starts";
  layers = named_layers(engine);
  layers[0].name = "low";
  EXPECT_FALSE(joint_cell(layers)) << "two layers of a name";
  layers = named_layers(engine);
  layers[1].reads = {"top"};
  layers[1].reads_in_order = true;
  EXPECT_FALSE(joint_cell(layers)) << "a circle";
}

TEST(LayerPath, IsNotGuessed) {
  std::mt19937_64 engine(3);
  const std::vector<RecurrentLayer> two{layer("encoder.l0", 4, 4, engine), layer("decoder.l0", 4, 4, engine)};
  EXPECT_FALSE(joint_cell(two));
  const std::vector<RecurrentLayer> sizes{layer("rnn.l0", 4, 3, engine), layer("rnn.l1", 5, 3, engine)};
  EXPECT_FALSE(joint_cell(sizes)) << "the upper one reads three numbers and is given four";
  std::vector<RecurrentLayer> open{layer("rnn.l0", 4, 3, engine), layer("rnn.l1", 4, 4, engine)};
  EXPECT_TRUE(joint_cell(open));
  open[0].open = {"reset"};
  EXPECT_FALSE(joint_cell(open));
  const auto inputs = recorded_inputs(open, {random_matrix<double>(3, 5, engine)});
  EXPECT_TRUE(inputs[0].empty() && inputs[1].empty()) << "nobody knows what the lower one gives";
  std::vector<RecurrentLayer> computed{layer("rnn.l0", 4, 3, engine), layer("rnn.l1", 4, 4, engine)};
  computed[0].reads_computed = true;
  EXPECT_FALSE(joint_cell(computed) || reads_model_inputs(computed, 0));
  EXPECT_TRUE(recorded_inputs(computed, {random_matrix<double>(3, 5, engine)})[1].empty());
  const auto other = recorded_inputs(sizes, {random_matrix<double>(2, 5, engine)});
  EXPECT_TRUE(other[0].empty()) << "sequences of another size";
}

}  // namespace
}  // namespace unrecur::layer_path_test

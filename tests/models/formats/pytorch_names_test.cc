#include "models/formats/pytorch/pytorch_names.h"

#include <gtest/gtest.h>

#include <limits>

#include "models/formats/layer_choice.h"
#include "models/formats/read_model.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/support/file_errors.h"

namespace unrecur::pytorch_names_test {
namespace {

using testing::problem_of;

Matrix<double> numbers(Index rows, Index cols, double first = 1.0) {
  Matrix<double> m(rows, cols);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) m(i, j) = first + static_cast<double>(i * cols + j) / 8.0;
  }
  return m;
}

/// A safetensors file of these tensors.
RecurrentModel model_of(std::vector<Tensor> tensors) {
  return parse_recurrent_model(format_safetensors({"", std::move(tensors), {}}), "model");
}

Tensor matrix(const std::string& name, Index rows, Index cols, double first = 1.0) {
  return to_tensor<double>(name, numbers(rows, cols, first));
}
Tensor column(const std::string& name, Index rows) {
  return to_tensor<double>(name, numbers(rows, 1), 1);
}

TEST(PytorchNames, ReadsLayersAndDirections) {
  const RecurrentModel model = model_of(
      {matrix("net.rnn.weight_ih_l0", 8, 3), matrix("net.rnn.weight_hh_l0", 8, 2), column("net.rnn.bias_ih_l0", 8),
       column("net.rnn.bias_hh_l0", 8), matrix("net.rnn.weight_ih_l0_reverse", 8, 3),
       matrix("net.rnn.weight_hh_l0_reverse", 8, 2), matrix("net.rnn.weight_hh_l11", 8, 2), matrix("fc.weight", 4, 4)});
  ASSERT_EQ(model.format, "safetensors");
  ASSERT_EQ(model.layers.size(), 3U);
  const RecurrentLayer& first = model.layers[0];
  EXPECT_EQ(first.name, "net.rnn.l0");
  EXPECT_EQ(first.cell, "lstm");
  EXPECT_EQ(first.direction, "forward");
  EXPECT_EQ(first.input, numbers(8, 3));
  EXPECT_EQ(first.recurrent, numbers(8, 2));
  EXPECT_EQ(first.recurrent_bias, numbers(8, 1));
  const std::vector<std::string> sources{"net.rnn.weight_hh_l0", "net.rnn.weight_ih_l0", "net.rnn.bias_ih_l0",
                                         "net.rnn.bias_hh_l0"};
  EXPECT_EQ(first.sources, sources);
  EXPECT_EQ(model.layers[1].name, "net.rnn.l0.reverse");
  EXPECT_EQ(model.layers[1].direction, "backward");
  EXPECT_EQ(model.layers[2].name, "net.rnn.l11");
  EXPECT_EQ(model.layers[2].note, "the file has no net.rnn.weight_ih_l11");
}

TEST(PytorchNames, TellsTheKindFromTheRows) {
  const auto layer = [](Index rows) {
    return model_of({matrix("weight_hh", rows, 2), matrix("weight_ih", rows, 1)}).layers.at(0);
  };
  EXPECT_EQ(layer(2).cell, "elman");
  EXPECT_EQ(layer(2).open, std::vector<std::string>{"activation"});
  EXPECT_EQ(layer(2).name, "rnn");
  EXPECT_EQ(layer(6).cell, "gru");
  EXPECT_EQ(layer(6).attributes.at("reset"), "after");
  EXPECT_EQ(layer(8).cell, "lstm");
  EXPECT_TRUE(layer(8).open.empty());
  EXPECT_NE(layer(4).obstacle.find("4 x 2"), std::string::npos);
  EXPECT_NE(layer(5).obstacle.find("5 x 2"), std::string::npos);
}

TEST(PytorchNames, MakesTheCell) {
  RecurrentModel model = model_of(
      {matrix("a.weight_hh", 2, 2), matrix("a.weight_ih", 2, 1), column("a.bias_ih", 2), column("a.bias_hh", 2)});
  EXPECT_THROW(make_cell(model.layers[0]), UsageError);
  const auto layer = choose_layers(model, {.convention = "leaky-relu,alpha=0.25"}).at(0);
  const auto cell = make_cell(layer);
  EXPECT_EQ(cell->kind(), "elman");
  EXPECT_EQ(cell->attributes().at("activation"), "relu");
  EXPECT_EQ(cell->attributes().at("leak"), "0.25");
  EXPECT_EQ(*find_parameter(cell->parameters(), "weight_hh_l0"), numbers(2, 2));
  EXPECT_EQ(*find_parameter(cell->parameters(), "bias_ih_l0"), 2.0 * numbers(2, 1));
}

TEST(PytorchNames, RefusesNumbersThatAreNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<std::vector<Tensor>, const char*> cases[] = {
      {{matrix("weight_hh_l0", 2, 2, nan)},
       "tensor 'weight_hh_l0', element [0, 0]: expected a finite number, found NaN"},
      {{matrix("weight_hh_l0", 2, 2), matrix("weight_ih_l0", 2, 1, -1.0 / 0.0)}, "found infinity"},
      {{Tensor{"weight_hh_l0", "I8", {2, 2}, Bytes(4)}}, "found I8"},
  };
  for (const auto& [tensors, expected] : cases) {
    testing::expect_file_error([&] { model_of(tensors); }, "model", expected);
  }
}

TEST(PytorchNames, OneOddTensorLeavesTheOtherLayers) {
  const std::pair<std::vector<Tensor>, const char*> cases[] = {
      {{column("odd.weight_hh_l0", 4)}, "tensor 'odd.weight_hh_l0': expected the shape [rows, columns], found [4]"},
      {{matrix("odd.weight_hh_l0", 8, 2), matrix("odd.weight_ih_l0", 6, 3)},
       "expected the shape [8, columns], found [6, 3]"},
      {{matrix("odd.weight_hh_l0", 8, 2), column("odd.bias_ih_l0", 7)}, "expected the shape [8], found [7]"},
      {{Tensor{"odd.weight_hh_l0", "F32", {0, 2}, {}}}, "found [0, 2]"},
      {{matrix("odd.weight_hh_l0", 8, 2), matrix("odd.weight_hr_l0", 1, 2)}, "an LSTM with a projection"},
  };
  for (const auto& [tensors, expected] : cases) {
    std::vector<Tensor> all = tensors;
    all.push_back(matrix("sound.weight_hh_l0", 6, 2));
    const RecurrentModel model = model_of(all);
    ASSERT_EQ(model.layers.size(), 2U) << expected;
    // An array of nothing may come before or after the others.
    const std::size_t odd = model.layers[0].name == "odd.l0" ? 0 : 1;
    EXPECT_EQ(model.layers[odd].cell, "unknown");
    EXPECT_NE(model.layers[odd].obstacle.find(expected), std::string::npos) << model.layers[odd].obstacle;
    EXPECT_EQ(model.layers[1 - odd].cell, "gru");
    EXPECT_TRUE(model.layers[1 - odd].obstacle.empty());
  }
}

/// Names of the layers that are not understood.
std::vector<std::string> unknown_of(std::vector<Tensor> tensors) {
  std::vector<std::string> names;
  for (const RecurrentLayer& layer : model_of(std::move(tensors)).layers) {
    if (layer.cell == "unknown") names.push_back(layer.name);
  }
  return names;
}

TEST(UnreadLayers, AreThoseThatMayCarryAState) {
  using Names = std::vector<std::string>;
  const auto beside = [](std::vector<Tensor> tensors) {
    tensors.push_back(matrix("enc.weight_hh_l0", 6, 2));
    return unknown_of(std::move(tensors));
  };
  EXPECT_EQ(beside({}), Names{});
  // By shape, beside a layer that is understood.
  EXPECT_EQ(beside({matrix("dec.U", 8, 2)}), Names{"dec"});
  EXPECT_EQ(beside({matrix("dec.U", 2, 6)}), Names{"dec"});
  EXPECT_EQ(beside({matrix("A", 3, 3)}), Names{"A"});
  EXPECT_EQ(unknown_of({matrix("dec.U", 8, 2)}), Names{});
  // By name, always.
  EXPECT_EQ(unknown_of({matrix("dec.h2h.weight", 8, 2)}), Names{"dec.h2h"});
  EXPECT_EQ(unknown_of({matrix("i2h.weight", 2, 5), column("i2h.bias", 2)}), Names{"i2h"});
  EXPECT_EQ(unknown_of({matrix("net/recurrent_kernel", 2, 8)}), Names{"net"});
  EXPECT_EQ(unknown_of({column("dec.bias_hh_l0", 8)}), Names{"dec"});
  EXPECT_EQ(unknown_of({matrix("my_lstm.cell.w", 7, 3)}), Names{"my_lstm.cell"});
  EXPECT_EQ(beside({column("move.damping_factor", 4)}), Names{"move"});
  EXPECT_EQ(beside({column("mixer.dt_bias", 4)}), Names{"mixer"});
  EXPECT_EQ(beside({matrix("dec.U_z.weight", 2, 2), matrix("dec.W_z.weight", 2, 3)}), Names{"dec.U_z"});
  EXPECT_EQ(beside({matrix("dec.gates.weight", 8, 5)}), Names{"dec.gates"});
  EXPECT_EQ(beside({matrix("dec.forget_gate.weight", 2, 5)}), Names{"dec.forget_gate"});
  // What feeds forward, and what optimizers keep.
  EXPECT_EQ(beside({matrix("fc.weight", 8, 2), matrix("mlp.0.weight", 2, 2), matrix("attn.in_proj_weight", 6, 2),
                    matrix("embedding.weight", 8, 2), matrix("optimizer.state.0.exp_avg", 6, 2),
                    matrix("layer1.weight", 2, 2), matrix("enc_fc.weight", 5, 2)}),
            Names{});
}

TEST(UnreadLayers, AModuleWithMoreThanALayerIsAnotherMap) {
  const auto with = [](Tensor more) {
    const RecurrentModel model =
        model_of({matrix("cell.weight_hh", 8, 2), matrix("cell.weight_ih", 8, 3), std::move(more)});
    return model.layers.at(0).obstacle;
  };
  for (const char* name :
       {"cell.layernorm_h.weight", "cell.norm.bias", "cell.weight_ci", "cell.peephole", "cell.tau", "cell.bias"}) {
    EXPECT_NE(with(column(name, 2)).find(name), std::string::npos) << name;
  }
  for (const char* name : {"cell.h0", "cell.fc.bias", "norm.weight", "cell.num_batches_tracked"}) {
    EXPECT_EQ(with(column(name, 2)), "") << name;
  }
}

TEST(LayerChoice, FindsLayersByNameModuleAndTensor) {
  const RecurrentModel model = model_of({matrix("net.rnn.weight_hh_l0", 8, 2), matrix("net.rnn.weight_hh_l1", 8, 2),
                                         matrix("net.A", 3, 3), matrix("gate.weight_hh", 6, 2)});
  const auto names = [&](const LayerChoice& choice) {
    std::vector<std::string> result;
    for (const RecurrentLayer& layer : choose_layers(model, choice)) result.push_back(layer.name);
    return result;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({}), (Names{"net.rnn.l0", "net.rnn.l1", "gate", "net"}));
  EXPECT_EQ(names({.layer = "net.rnn"}), (Names{"net.rnn.l0", "net.rnn.l1"}));
  EXPECT_EQ(names({.layer = "rnn.l1"}), Names{"net.rnn.l1"});
  EXPECT_EQ(names({.layer = "net.rnn.weight_hh_l1"}), Names{"net.rnn.l1"});
  EXPECT_EQ(names({.kind = "gru"}), Names{"gate"});
  const auto linear = choose_layers(model, {.layer = "A", .kind = "linear"});
  ASSERT_EQ(linear.size(), 1U);
  EXPECT_EQ(linear[0].name, "net.A");
  EXPECT_EQ(linear[0].cell, "linear");
  EXPECT_EQ(*find_parameter(make_cell(linear[0])->parameters(), "weight_hh_l0"), numbers(3, 3));
}

/// What choose_layers says to a caller's mistake.
std::string objection(const RecurrentModel& model, const LayerChoice& choice) {
  try {
    choose_layers(model, choice);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(LayerChoice, ObjectsToWhatMeansNothing) {
  const RecurrentModel model = model_of(
      {matrix("a.weight_hh", 6, 2), matrix("b.weight_hh", 6, 2), matrix("fc.weight", 3, 3), matrix("V", 3, 2)});
  const std::pair<LayerChoice, const char*> cases[] = {
      {{.layer = "c"}, "no layer 'c'; there are a, b"},
      {{.layer = "fc"}, "kind: fc names a matrix: say what it carries"},
      {{.layer = "V", .kind = "linear"}, "expected a matrix of n x n, found 3 x 2"},
      {{.layer = "weight_hh", .kind = "lstm"}, "means both a.weight_hh and b.weight_hh"},
      {{.kind = "lstm"}, "no lstm layer; there are a, b"},
      {{.kind = "mgu"}, "unknown cell 'mgu'"},
      {{.convention = "cubic"}, "unknown word 'cubic'"},
      {{.convention = "alpha=2"}, "above 0 and at most 1, found '2'"},
      {{.convention = "reset-before"}, "the file says reset = after, the convention given says before"},
  };
  for (const auto& [choice, expected] : cases) {
    const std::string text = objection(model, choice);
    EXPECT_NE(text.find(expected), std::string::npos) << text << "\nshould say: " << expected;
  }
}

TEST(LayerChoice, SaysThatThereIsNoRecurrentLayer) {
  testing::expect_file_error(
      [] {
        choose_layers(model_of({matrix("fc.weight", 3, 3), matrix("v", 2, 3)}), {});
      },
      "model", "found none in this safetensors file");
  const std::string text = problem_of([] { choose_layers(model_of({matrix("fc.weight", 3, 3)}), {}); });
  EXPECT_NE(text.find("choose it by its name and say its kind, linear or elman; there are: fc.weight (3 x 3)"),
            std::string::npos)
      << text;
}

TEST(ModelReader, GoesByTheContent) {
  testing::expect_file_error([] { parse_recurrent_model({}, "empty"); }, "empty", "expected a model file");
  const std::string text = "a text that is no model";
  const auto bytes = as_bytes(text);
  testing::expect_file_error([&] { parse_recurrent_model({bytes.begin(), bytes.end()}, "text"); }, "text", "known are");
}

}  // namespace
}  // namespace unrecur::pytorch_names_test

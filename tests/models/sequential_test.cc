#include "models/layers/sequential.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "models/layers/joint_cell.h"
#include "models/layers/layer_registry.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::random_matrix;
using testing::randomise;

/// A stack as the tests run through them.
struct StackCase {
  std::string kind;
  Attributes attributes;
  Index layers;
  Skip skip;
};

void PrintTo(const StackCase& c, std::ostream* out) {
  *out << c.layers << ' ' << c.kind << ' ' << name_of(c.skip);
}

std::vector<StackCase> all_stacks() {
  std::vector<StackCase> cases{{"elman", {}, 1, Skip::none}};
  for (const Skip skip : {Skip::none, Skip::residual, Skip::dense}) {
    cases.push_back({"lstm", {{"recurrent_bias", "true"}}, 3, skip});
    cases.push_back({"gru", {{"reset", "after"}}, 2, skip});
    cases.push_back({"qrnn", {{"window", "3"}, {"pooling", "ifo"}, {"cap", "0.9"}}, 3, skip});
    cases.push_back({"sru", {}, 2, skip});
    cases.push_back({"conv", {{"kernel", "3"}, {"dilation", "2"}, {"activation", "tanh"}}, 3, skip});
    cases.push_back({"conv", {{"kernel", "2"}, {"gated", "true"}, {"normalised", "true"}}, 2, skip});
    cases.push_back({"attention", {{"heads", "2"}, {"context", "4"}}, 2, skip});
  }
  // Blocks of rectifiers, whose kinks differences would meet, are in feedforward_test.cc.
  cases.push_back({"wavenet", {{"dilation", "1,2,4"}, {"place", "first,inner,last"}}, 3, Skip::none});
  cases.push_back({"wavenet", {{"kernel", "3"}}, 1, Skip::none});
  cases.push_back({"transformer", {{"heads", "2"}, {"context", "4"}, {"place", "first,last"}}, 2, Skip::none});
  return cases;
}

class EveryStack : public ::testing::TestWithParam<StackCase> {
 protected:
  static constexpr Index kInputs = 3, kUnits = 4;

  std::unique_ptr<Sequential<double>> make() {
    const StackCase& c = GetParam();
    auto stack = make_sequential<double>({.kind = c.kind,
                                          .inputs = kInputs,
                                          .width = kUnits,
                                          .attributes = c.attributes,
                                          .layers = c.layers,
                                          .skip = c.skip});
    randomise(stack->parameters(), engine_, 0.5);
    return stack;
  }

  std::vector<Matrix<double>> random_masks(const Sequential<double>& stack, Index columns) {
    std::vector<Matrix<double>> masks;
    for (const Index rows : stack.mask_rows()) {
      masks.push_back(2.0 * random_matrix<double>(rows, columns, engine_).cwiseAbs().array().round().matrix());
    }
    return masks;
  }

  std::mt19937_64 engine_{31};
};

TEST_P(EveryStack, BackwardAgreesWithCentralDifferencesUnderMasks) {
  const auto stack = make();
  const Packing packing(std::vector<Index>{5, 3, 1});
  Matrix<double> x = random_matrix<double>(kInputs, packing.columns(), engine_);
  Matrix<double> initial = random_matrix<double>(stack->sizes().state, 3, engine_, 0.5);
  const Matrix<double> w = random_matrix<double>(stack->sizes().output, packing.columns(), engine_);
  const auto tape = stack->make_tape();
  tape->masks = random_masks(*stack, packing.columns());
  Matrix<double> output;
  const auto value = [&] {
    stack->forward(packing, x, initial, *tape, output, nullptr);
    return output.cwiseProduct(w).sum();
  };
  value();
  Parameters<double> gradient = zeros_like(stack->parameters());
  Matrix<double> d_x, d_initial;
  stack->backward(packing, x, initial, *tape, w, gradient, &d_x, &d_initial);
  const auto expect_gradient = [&](Matrix<double>& at, const Matrix<double>& d, const std::string& name) {
    ASSERT_EQ(at.size(), d.size()) << name;
    for (Index i = 0; i < at.size(); ++i) {
      const double keep = at.data()[i], h = 1e-5;
      at.data()[i] = keep + h;
      const double up = value();
      at.data()[i] = keep - h;
      const double down = value();
      at.data()[i] = keep;
      EXPECT_NEAR(d.data()[i], (up - down) / (2 * h), 1e-8) << name << " entry " << i;
    }
  };
  for (std::size_t p = 0; p < gradient.size(); ++p) {
    expect_gradient(stack->parameters()[p].value, gradient[p].value, gradient[p].name);
  }
  expect_gradient(x, d_x, "inputs");
  expect_gradient(initial, d_initial, "initial state");
}

/// Column t of sequence b, for all t.
Matrix<double> sequence_of(const Packing& packing, const Matrix<double>& columns, Index b) {
  Matrix<double> own(columns.rows(), packing.length(b));
  for (Index t = 0; t < own.cols(); ++t) own.col(t) = columns.col(packing.column(b, t));
  return own;
}

TEST_P(EveryStack, PackedBatchEqualsSingleSequences) {
  const auto stack = make();
  const Packing packing(std::vector<Index>{6, 4, 4, 2});
  const Matrix<double> x = random_matrix<double>(kInputs, packing.columns(), engine_);
  const Matrix<double> d = random_matrix<double>(stack->sizes().output, packing.columns(), engine_);
  const Matrix<double> initial = random_matrix<double>(stack->sizes().state, 4, engine_, 0.5);
  const auto tape = stack->make_tape(), own_tape = stack->make_tape();
  Matrix<double> output, own_output, final_state, own_final;
  stack->forward(packing, x, initial, *tape, output, &final_state);
  Parameters<double> all = zeros_like(stack->parameters()), sum = all;
  stack->backward(packing, x, initial, *tape, d, all, nullptr, nullptr);
  for (Index b = 0; b < 4; ++b) {
    const Packing single = Packing::single(packing.length(b));
    const Matrix<double> own_x = sequence_of(packing, x, b);
    stack->forward(single, own_x, initial.col(b), *own_tape, own_output, &own_final);
    EXPECT_LT((own_output - sequence_of(packing, output, b)).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LT((own_final - final_state.col(b)).cwiseAbs().maxCoeff(), 1e-13);
    stack->backward(single, own_x, initial.col(b), *own_tape, sequence_of(packing, d, b), sum, nullptr, nullptr);
  }
  for (std::size_t p = 0; p < all.size(); ++p) {
    EXPECT_LT((sum[p].value - all[p].value).lpNorm<Eigen::Infinity>(), 1e-12) << all[p].name;
  }
}

TEST_P(EveryStack, GoesOnFromTheStateThatItGaveOut) {
  const auto stack = make();
  const Matrix<double> x = random_matrix<double>(kInputs, 9, engine_);
  const Matrix<double> initial = random_matrix<double>(stack->sizes().state, 1, engine_, 0.5);
  const auto tape = stack->make_tape();
  Matrix<double> whole, first, second, between, last, whole_last;
  stack->forward(Packing::single(9), x, initial, *tape, whole, &whole_last);
  stack->forward(Packing::single(2), x.leftCols(2), initial, *tape, first, &between);
  stack->forward(Packing::single(7), x.rightCols(7), between, *tape, second, &last);
  EXPECT_LT((whole.leftCols(2) - first).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_LT((whole.rightCols(7) - second).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_LT((whole_last - last).cwiseAbs().maxCoeff(), 1e-14);
}

TEST_P(EveryStack, IsCausalAndSeesItsFieldAndNoMore) {
  const auto stack = make();
  const Index steps = 24, at = 10;
  Matrix<double> x = random_matrix<double>(kInputs, steps, engine_);
  const Matrix<double> initial = Matrix<double>::Zero(stack->sizes().state, 1);
  const auto tape = stack->make_tape();
  Matrix<double> before, after;
  stack->forward(Packing::single(steps), x, initial, *tape, before, nullptr);
  x.col(at).array() += 0.5;
  stack->forward(Packing::single(steps), x, initial, *tape, after, nullptr);
  EXPECT_EQ(before.leftCols(at), after.leftCols(at)) << "a later input changed an earlier output";
  const auto field = stack->receptive_field();
  EXPECT_EQ(field.has_value(), stack->recurrence() == nullptr);
  const Index last = field ? at + *field - 1 : steps - 1;
  ASSERT_LT(last, steps);
  EXPECT_NE(before.col(last), after.col(last)) << "the field is smaller than it says";
  const Index rest = steps - 1 - last;
  EXPECT_EQ(before.rightCols(rest), after.rightCols(rest)) << "the field is larger than it says";
}

TEST_P(EveryStack, ACopyHasWeightsOfItsOwnAndCastsAreTheSameMap) {
  const auto stack = make();
  const Matrix<double> x = random_matrix<double>(kInputs, 5, engine_);
  const Matrix<double> zero = Matrix<double>::Zero(stack->sizes().state, 1);
  const auto run = [&](const Sequential<double>& s) {
    Matrix<double> output;
    s.forward(Packing::single(5), x, zero, *s.make_tape(), output, nullptr);
    return output;
  };
  const Matrix<double> before = run(*stack);
  const Sequential<double> copy(*stack);
  const auto twin = cast_sequential<double>(*stack);
  for (auto& p : stack->parameters()) p.value.setZero();
  EXPECT_EQ(run(copy), before);
  EXPECT_EQ(run(*twin), before);
  EXPECT_NE(run(*stack), before);
}

INSTANTIATE_TEST_SUITE_P(Stacks, EveryStack, ::testing::ValuesIn(all_stacks()));

std::unique_ptr<Sequential<double>> two_lstms(std::mt19937_64& engine) {
  auto stack = make_sequential<double>({.kind = "lstm", .inputs = 3, .width = 4, .attributes = {}, .layers = 2});
  randomise(stack->parameters(), engine, 0.7);
  return stack;
}

TEST(Sequential, NamesTheWeightsAsPyTorchDoes) {
  std::mt19937_64 engine(9);
  const auto stack = two_lstms(engine);
  const auto& weights = stack->parameters();
  ASSERT_EQ(weights.size(), 6U);
  EXPECT_EQ(weights[0].name, "weight_ih_l0");
  EXPECT_EQ(weights[3].name, "weight_ih_l1");
  EXPECT_EQ(weights[5].name, "bias_ih_l1");
  EXPECT_EQ(weights[3].value.cols(), 4);
  EXPECT_EQ(stack->single_layer(1)->parameters()[0].name, "weight_ih_l0");
  EXPECT_EQ(stack->single_layer(1)->parameters()[0].value, weights[3].value);
}

TEST(Sequential, RunsItsLayersOneAfterTheOther) {
  std::mt19937_64 engine(9);
  const auto stack = two_lstms(engine);
  const Packing packing = Packing::uniform(5, 2);
  const Matrix<double> x = random_matrix<double>(3, 10, engine), initial = random_matrix<double>(16, 2, engine, 0.5);
  Matrix<double> output, below, above;
  stack->forward(packing, x, initial, *stack->make_tape(), output, nullptr);
  const auto first = stack->single_layer(0), second = stack->single_layer(1);
  first->forward(packing, x, initial.topRows(8), *first->make_tape(), below, nullptr);
  second->forward(packing, below, initial.bottomRows(8), *second->make_tape(), above, nullptr);
  EXPECT_EQ(output, above);
}

TEST(Sequential, TakesLayersOfDifferentKindsAndOfOtherStacks) {
  std::mt19937_64 engine(12);
  std::vector<std::unique_ptr<SequenceLayer<double>>> layers;
  layers.push_back(make_layer<double>("conv", 3, 5, {{"kernel", "2"}}));
  layers.push_back(make_sequential<double>({.kind = "elman", .inputs = 5, .width = 4, .attributes = {}, .layers = 2}));
  layers.push_back(make_layer<double>("lstm", 4, 2, {}));
  Sequential<double> stack(std::move(layers));
  randomise(stack.parameters(), engine, 0.7);
  EXPECT_EQ(stack.sizes().state, 3 + 8 + 4);
  EXPECT_EQ(stack.recurrence(), nullptr) << "a convolution is none";
  EXPECT_FALSE(stack.receptive_field());
  const Matrix<double> x = random_matrix<double>(3, 6, engine), zero = Matrix<double>::Zero(15, 1);
  const auto run = [&](const SequenceLayer<double>& s) {
    Matrix<double> output;
    s.forward(Packing::single(6), x, zero, *s.make_tape(), output, nullptr);
    return output;
  };
  const auto copy = stack.copy();
  EXPECT_EQ(run(*copy), run(stack));
  EXPECT_EQ(run(*cast_sequential<double>(stack)), run(stack));
  Matrix<double> middle, in_stack;
  const Matrix<double> y = random_matrix<double>(5, 6, engine);
  const auto nested = stack.single_layer(1);
  nested->forward(Packing::single(6), y, Matrix<double>::Zero(8, 1), *nested->make_tape(), middle, nullptr);
  stack.layer(1).forward(Packing::single(6), y, Matrix<double>::Zero(8, 1), *stack.layer(1).make_tape(), in_stack,
                         nullptr);
  EXPECT_EQ(middle, in_stack);
}

TEST(Sequential, WhatDoesNotFitIsRefused) {
  const auto layers = [](Index inputs_above) {
    std::vector<std::unique_ptr<SequenceLayer<double>>> two;
    two.push_back(make_layer<double>("elman", 3, 4, {}));
    two.push_back(make_layer<double>("elman", inputs_above, 5, {}));
    return two;
  };
  EXPECT_THROW(Sequential<double>({}), UsageError);
  EXPECT_THROW(Sequential<double>(layers(3)), UsageError);
  EXPECT_THROW(Sequential<double>(layers(4), Skip::dense), UsageError);
  EXPECT_THROW(Sequential<double>(layers(4), Skip::residual), UsageError) << "outputs of 4 and 5";
  EXPECT_NO_THROW(Sequential<double>(layers(4)));
  EXPECT_NO_THROW(Sequential<double>(layers(7), Skip::dense));
  EXPECT_THROW(make_sequential<double>({.kind = "elman", .inputs = 1, .width = 1, .layers = 0}), UsageError);
  EXPECT_THROW(make_layer<double>("tree", 1, 1, {}), UsageError);
  EXPECT_THROW(skip_named("some"), UsageError);
  std::mt19937_64 engine(3);
  const auto stack = two_lstms(engine);
  const Matrix<double> x = random_matrix<double>(3, 5, engine), zero = Matrix<double>::Zero(16, 1);
  Matrix<double> output;
  const auto tape = stack->make_tape();
  tape->masks = {Matrix<double>::Ones(4, 4)};
  EXPECT_THROW(stack->forward(Packing::single(5), x, zero, *tape, output, nullptr), UsageError);
  tape->masks = {2, Matrix<double>::Ones(4, 5)};
  EXPECT_THROW(stack->forward(Packing::single(5), x, zero, *tape, output, nullptr), UsageError);
  const auto other = make_layer<double>("conv", 3, 4, {})->make_tape();
  EXPECT_THROW(stack->forward(Packing::single(5), x, zero, *other, output, nullptr), UsageError);
}

TEST(Conv, BadAttributesAreRefused) {
  for (const Attributes& bad : {Attributes{{"kernel", "0"}},
                                {{"kernel", "1.5"}},
                                {{"dilation", "1e12"}},
                                {{"kernel", "1e9"}, {"dilation", "1e9"}},
                                {{"stride", "2"}},
                                {{"activation", "x"}}}) {
    EXPECT_THROW(make_layer<float>("conv", 2, 2, bad), UsageError);
  }
  EXPECT_THROW(make_layer<float>("conv", 0, 2, {}), UsageError);
}

TEST(Conv, IsTheSumOverItsTaps) {
  auto conv = make_layer<double>("conv", 1, 1, {{"kernel", "2"}, {"dilation", "3"}});
  conv->parameters()[0].value << 2.0, 10.0;
  conv->parameters()[1].value << 0.5;
  const Matrix<double> x{{1.0, 2.0, 3.0, 4.0, 5.0}};
  Matrix<double> state(3, 1), output, last;
  state << -1.0, -2.0, -3.0;
  conv->forward(Packing::single(5), x, state, *conv->make_tape(), output, &last);
  EXPECT_EQ(output, (Matrix<double>{{2.5 - 10.0, 4.5 - 20.0, 6.5 - 30.0, 8.5 + 10.0, 10.5 + 20.0}}));
  EXPECT_EQ(last, (Matrix<double>{{3.0}, {4.0}, {5.0}}));
}

TEST(JointCell, JacobianIsBlockLowerTriangular) {
  std::mt19937_64 engine(9);
  const auto stack = two_lstms(engine);
  const Cell<double>& cell = *stack->recurrence();
  EXPECT_EQ(cell.kind(), "stack");
  const Matrix<double> x = random_matrix<double>(3, 1, engine), s = random_matrix<double>(16, 1, engine, 0.5);
  Matrix<double> dense;
  cell.fix_inputs(x)->linearise(s, 0)->apply(Matrix<double>::Identity(16, 16), dense);
  EXPECT_EQ(dense.topRightCorner(8, 8), (Matrix<double>::Zero(8, 8)));
  EXPECT_GT(dense.bottomLeftCorner(8, 8).norm(), 1e-3);
}

TEST(JointCell, OutputsAreAFunctionOfItsStates) {
  std::mt19937_64 engine(10);
  for (const char* skip : {"none", "residual", "dense"}) {
    auto cell = make_cell<double>("stack", 3, 4, {{"layers", "3"}, {"layer", "lstm"}, {"skip", skip}});
    randomise(cell->parameters(), engine, 0.7);
    const Matrix<double> x = random_matrix<double>(3, 6, engine), zero = Matrix<double>::Zero(24, 1);
    const auto tape = cell->make_tape();
    Matrix<double> output;
    cell->forward(Packing::single(6), x, zero, *tape, output, nullptr);
    EXPECT_EQ(cell->output_of(cell->states(*tape)), output) << skip;
  }
}

TEST(JointCell, BadAttributesAreRefused) {
  const std::vector<Attributes> bad{{},
                                    {{"layers", "2"}},
                                    {{"layer", "lstm"}},
                                    {{"layers", "0"}, {"layer", "lstm"}},
                                    {{"layers", "1.5"}, {"layer", "lstm"}},
                                    {{"layers", "1e9"}, {"layer", "lstm"}},
                                    {{"layers", "2"}, {"layer", "stack"}},
                                    {{"layers", "2"}, {"layer", "tree"}},
                                    {{"layers", "2"}, {"layer", "conv"}},
                                    {{"layers", "2"}, {"layer", "gru"}},
                                    {{"layers", "2"}, {"layer", "lstm"}, {"skip", "some"}},
                                    {{"layers", "2"}, {"layer", "lstm"}, {"width", "2,0"}},
                                    {{"layers", "2"}, {"layer", "lstm"}, {"width", "2,1.5"}},
                                    {{"layers", "2"}, {"layer", "lstm"}, {"width", "2,3,4"}},
                                    {{"layers", "2"}, {"layer", "lstm"}, {"width", "3,2"}, {"skip", "residual"}},
                                    {{"layers", "2"}, {"layer", "lstm"}, {"leak", "0.5"}}};
  for (const auto& attributes : bad) EXPECT_THROW(make_cell<float>("stack", 2, 2, attributes), UsageError);
}

TEST(StackedModels, TrainWithMasksBetweenAndEvaluateWithout) {
  std::mt19937_64 engine(10);
  SequenceModel<double> model({.frame = 3, .cell = "elman", .units = 4, .layers = 2, .outputs = 2, .loss = "squared"});
  randomise(model.layers().parameters(), engine, 0.7);
  randomise(model.decoder().parameters(), engine, 0.7);
  Batch<double> batch;
  batch.packing = Packing::single(6);
  batch.frames = random_matrix<double>(3, 6, engine);
  batch.targets.frames = random_matrix<double>(2, 6, engine);
  Workspace<double> work;
  auto gradients = model.make_gradients();
  const double plain = model.evaluate(batch, model.zero_state(1), work).sum;
  Masks<double> masks;
  masks.between = {Matrix<double>::Zero(4, 6)};
  EXPECT_NE(model.differentiate(batch, model.zero_state(1), masks, work, gradients).sum, plain);
  EXPECT_EQ(gradients.layers()[0].value.norm(), 0.0) << "nothing passes a mask of zeros";
  EXPECT_GT(gradients.layers()[4].value.norm(), 0.0);
  EXPECT_EQ(model.evaluate(batch, model.zero_state(1), work).sum, plain) << "the same workspace, no masks left behind";
}

TEST(StackedModels, OfOldSpecsAreTheSameModels) {
  const SequenceModel<float> old({.frame = 3,
                                  .cell = "stack",
                                  .attributes = {{"layers", "2"}, {"layer", "gru"}, {"reset", "after"}},
                                  .units = 4,
                                  .outputs = 2,
                                  .loss = "squared"});
  EXPECT_EQ(old.spec().cell, "gru");
  EXPECT_EQ(old.spec().layers, 2);
  EXPECT_EQ(old.spec().attributes, (Attributes{{"reset", "after"}}));
  EXPECT_THROW(SequenceModel<float>({.frame = 3, .cell = "stack", .units = 4, .outputs = 2, .loss = "squared"}),
               UsageError);
}

TEST(StackedModels, OfConvolutionsHaveNoRecurrence) {
  const SequenceModel<float> model({.frame = 3, .cell = "conv", .units = 4, .outputs = 2, .loss = "squared"});
  EXPECT_THROW(model.cell(), UsageError);
  EXPECT_EQ(*model.layers().receptive_field(), 1);
}

}  // namespace
}  // namespace unrecur

#include "models/cells/stack.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::random_matrix;
using testing::randomise;

const Attributes kTwoLstms{{"layers", "2"}, {"layer", "lstm"}, {"recurrent_bias", "true"}};

class TwoLayers : public ::testing::Test {
 protected:
  static constexpr Index kInputs = 3, kUnits = 4, kSteps = 5, kBatch = 2;

  TwoLayers() : cell_(make_cell<double>("stack", kInputs, kUnits, kTwoLstms)) {
    randomise(cell_->parameters(), engine_, 0.7);
    x_ = random_matrix<double>(kInputs, packing_.columns(), engine_);
    initial_ = random_matrix<double>(cell_->shape().state, kBatch, engine_, 0.5);
  }

  const Stack<double>& stack() const { return dynamic_cast<const Stack<double>&>(*cell_); }

  std::mt19937_64 engine_{9};
  Packing packing_ = Packing::uniform(kSteps, kBatch);
  std::unique_ptr<Cell<double>> cell_;
  Matrix<double> x_, initial_;
};

TEST_F(TwoLayers, AreTheLayersOneAfterTheOther) {
  Tape<double> together, first, second;
  cell_->forward(packing_, x_, initial_, together);
  const auto bottom = stack().single_layer(0), top = stack().single_layer(1);
  EXPECT_EQ(top->parameters()[3].name, "bias_hh_l0");
  bottom->forward(packing_, x_, initial_.topRows(2 * kUnits), first);
  top->forward(packing_, output_rows(bottom->shape(), first.states), initial_.bottomRows(2 * kUnits), second);
  EXPECT_EQ(together.states.topRows(2 * kUnits), first.states);
  EXPECT_EQ(together.states.bottomRows(2 * kUnits), second.states);
  EXPECT_EQ(output_rows(cell_->shape(), together.states), output_rows(top->shape(), second.states));
}

TEST_F(TwoLayers, NameTheirWeightsByLayer) {
  const auto& weights = cell_->parameters();
  ASSERT_EQ(weights.size(), 8U);
  EXPECT_EQ(weights[0].name, "weight_ih_l0");
  EXPECT_EQ(weights[4].name, "weight_ih_l1");
  EXPECT_EQ(weights[7].name, "bias_hh_l1");
  EXPECT_EQ(weights[4].value.cols(), kUnits);
}

TEST_F(TwoLayers, ACopyHasWeightsOfItsOwn) {
  const Matrix<double> before = step<double>(*cell_, initial_, x_.leftCols(kBatch));
  const auto copy = cell_->clone();
  for (auto& p : cell_->parameters()) p.value.setZero();
  EXPECT_EQ(step<double>(*copy, initial_, x_.leftCols(kBatch)), before);
  EXPECT_NE(step<double>(*cell_, initial_, x_.leftCols(kBatch)), before);
  EXPECT_EQ(copy->attributes(), cell_->attributes());
}

TEST_F(TwoLayers, DropoutBetweenThemHasItsGradient) {
  Tape<double> tape;
  tape.between = {random_matrix<double>(kUnits, packing_.columns(), engine_).cwiseAbs().array().round().matrix() * 2};
  const Matrix<double> w = random_matrix<double>(kUnits, packing_.columns(), engine_);
  const auto value = [&] {
    cell_->forward(packing_, x_, initial_, tape);
    return output_rows(cell_->shape(), tape.states).cwiseProduct(w).sum();
  };
  value();
  Parameters<double> gradient = zeros_like(cell_->parameters());
  Matrix<double> d_x;
  cell_->backward(packing_, x_, initial_, tape, w, gradient, &d_x, nullptr);
  const double h = 1e-5;
  const auto expect_gradient = [&](Matrix<double>& at, const Matrix<double>& d, const std::string& name) {
    for (Index i = 0; i < at.size(); ++i) {
      const double keep = at.data()[i];
      at.data()[i] = keep + h;
      const double up = value();
      at.data()[i] = keep - h;
      const double down = value();
      at.data()[i] = keep;
      EXPECT_NEAR(d.data()[i], (up - down) / (2 * h), 1e-8) << name << " entry " << i;
    }
  };
  for (std::size_t p = 0; p < gradient.size(); ++p) {
    expect_gradient(cell_->parameters()[p].value, gradient[p].value, gradient[p].name);
  }
  expect_gradient(x_, d_x, "input");
  Tape<double> undropped;
  cell_->forward(packing_, x_, initial_, undropped);
  EXPECT_NE(undropped.states, tape.states);
}

TEST_F(TwoLayers, MasksThatDoNotFitAreRefused) {
  Tape<double> tape;
  tape.between = {Matrix<double>::Ones(kUnits, packing_.columns() - 1)};
  EXPECT_THROW(cell_->forward(packing_, x_, initial_, tape), UsageError);
  tape.between = {2, Matrix<double>::Ones(kUnits, packing_.columns())};
  EXPECT_THROW(cell_->forward(packing_, x_, initial_, tape), UsageError);
}

TEST_F(TwoLayers, JacobianIsBlockLowerTriangular) {
  const Index n = 2 * kUnits;
  const auto jacobian = cell_->fix_inputs(x_.leftCols(1))->linearise(initial_.leftCols(1), 0);
  Matrix<double> dense;
  jacobian->apply(Matrix<double>::Identity(2 * n, 2 * n), dense);
  EXPECT_EQ(dense.topRightCorner(n, n), Matrix<double>::Zero(n, n));
  EXPECT_GT(dense.bottomLeftCorner(n, n).norm(), 1e-3);
}

TEST(Stack, ModelsTrainWithMasksBetweenAndEvaluateWithout) {
  std::mt19937_64 engine(10);
  SequenceModel<double> model({.frame = 3,
                               .cell = "stack",
                               .attributes = {{"layers", "2"}, {"layer", "elman"}},
                               .units = 4,
                               .outputs = 2,
                               .loss = "squared"});
  randomise(model.cell().parameters(), engine, 0.7);
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
  EXPECT_EQ(gradients.cell[0].value.norm(), 0.0) << "nothing passes a mask of zeros";
  EXPECT_GT(gradients.cell[4].value.norm(), 0.0);
  EXPECT_EQ(model.evaluate(batch, model.zero_state(1), work).sum, plain) << "the same workspace, no masks left behind";
}

TEST(Stack, BadAttributesAreRefused) {
  const std::vector<Attributes> bad{{},
                                    {{"layers", "2"}},
                                    {{"layer", "lstm"}},
                                    {{"layers", "0"}, {"layer", "lstm"}},
                                    {{"layers", "1.5"}, {"layer", "lstm"}},
                                    {{"layers", "1e9"}, {"layer", "lstm"}},
                                    {{"layers", "2"}, {"layer", "stack"}},
                                    {{"layers", "2"}, {"layer", "tree"}},
                                    {{"layers", "2"}, {"layer", "gru"}},
                                    {{"layers", "2"}, {"layer", "lstm"}, {"leak", "0.5"}}};
  for (const auto& attributes : bad) EXPECT_THROW(make_cell<float>("stack", 2, 2, attributes), UsageError);
}

}  // namespace
}  // namespace unrecur

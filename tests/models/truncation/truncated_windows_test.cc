#include "models/truncation/windows.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "models/truncation/orders.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::all_cell_cases;
using testing::CellCase;
using testing::fill;
using testing::random_matrix;
using testing::randomise;

SequenceModel<double> random_model(const CellCase& c, bool symbolic, std::mt19937_64& engine) {
  ModelSpec spec;
  if (symbolic) {
    spec.symbols = 5;
    spec.embedding = 3;
  } else {
    spec.frame = 3;
  }
  spec.cell = c.kind;
  spec.attributes = c.attributes;
  spec.units = 4;
  spec.outputs = 5;
  spec.loss = symbolic ? "softmax" : "squared";
  SequenceModel<double> model(spec);
  fill(model.encoder(), engine, 0.8);
  randomise(model.cell().parameters(), engine, 0.6);
  randomise(model.decoder().parameters(), engine, 0.8);
  return model;
}

/// Lengths 9, 7 and 2; some steps have no weight where `weighted`.
Batch<double> random_batch(bool symbolic, bool weighted, std::mt19937_64& engine) {
  Batch<double> batch;
  batch.packing = Packing(std::vector<Index>{9, 7, 2});
  const Index columns = batch.packing.columns();
  if (symbolic) {
    for (Index i = 0; i < columns; ++i) {
      batch.symbols.push_back(static_cast<int>(engine() % 5));
      batch.targets.symbols.push_back(static_cast<int>(engine() % 5));
    }
  } else {
    batch.frames = random_matrix<double>(3, columns, engine);
    batch.targets.frames = random_matrix<double>(5, columns, engine);
  }
  if (weighted) {
    batch.targets.weights = random_matrix<double>(columns, 1, engine).cwiseAbs();
    for (const Index zero : {0, 1, 4, 8, 13}) batch.targets.weights(zero) = 0.0;
  }
  return batch;
}

/// Σ w ℓ with every window run by itself, from the definition.
LossSum by_definition(const SequenceModel<double>& model, const Batch<double>& batch, Index order) {
  LossSum total;
  const Matrix<double> x = model.inputs(batch);
  for (Index b = 0; b < batch.packing.batch(); ++b) {
    for (Index t = 0; t < batch.packing.length(b); ++t) {
      const Index begin = std::max<Index>(0, t + 1 - order), column = batch.packing.column(b, t);
      Matrix<double> window(x.rows(), t + 1 - begin);
      for (Index s = begin; s <= t; ++s) window.col(s - begin) = x.col(batch.packing.column(b, s));
      const Matrix<double> states = full_states<double>(model.cell(), window);
      Targets<double> target;
      if (!batch.targets.symbols.empty()) target.symbols = {batch.targets.symbols[static_cast<std::size_t>(column)]};
      if (batch.targets.frames.size() > 0) target.frames = batch.targets.frames.col(column);
      const double weight = batch.targets.weights.size() > 0 ? batch.targets.weights(column) : 1.0;
      const Matrix<double> h = model.cell().output_of(states.rightCols(1));
      total += {weight * model.decoder().evaluate(h, target), weight};
    }
  }
  return total;
}

class TruncatedWindowsOf : public ::testing::TestWithParam<CellCase> {};

TEST_P(TruncatedWindowsOf, ScoreWhatTheDefinitionScores) {
  std::mt19937_64 engine(11);
  for (const bool symbolic : {false, true}) {
    const auto model = random_model(GetParam(), symbolic, engine);
    for (const bool weighted : {false, true}) {
      const auto batch = random_batch(symbolic, weighted, engine);
      for (Index order = 1; order <= 10; ++order) {
        Workspace<double> work;
        const LossSum loss = evaluate_truncated(model, batch, order, work),
                      expected = by_definition(model, batch, order);
        EXPECT_NEAR(loss.sum, expected.sum, 1e-12 * (1.0 + expected.sum)) << "order " << order;
        EXPECT_NEAR(loss.weight, expected.weight, 1e-12);
      }
    }
  }
}

/// Central differences of the mean truncated loss in every weight of `value`.
template <class Loss>
double worst_difference(Matrix<double>& value, const Matrix<double>& gradient, const Loss& loss) {
  double worst = 0.0;
  for (Index i = 0; i < value.size(); ++i) {
    constexpr double kStep = 1e-5;
    const double before = value.data()[i];
    value.data()[i] = before + kStep;
    const double above = loss();
    value.data()[i] = before - kStep;
    const double below = loss();
    value.data()[i] = before;
    worst = std::max(worst, std::abs((above - below) / (2.0 * kStep) - gradient.data()[i]));
  }
  return worst;
}

TEST_P(TruncatedWindowsOf, GradientAgreesWithCentralDifferences) {
  if (testing::has_kinks(GetParam())) GTEST_SKIP() << "a function has kinks, where differences mean nothing";
  std::mt19937_64 engine(12);
  for (const bool symbolic : {false, true}) {
    auto model = random_model(GetParam(), symbolic, engine);
    const auto batch = random_batch(symbolic, true, engine);
    Masks<double> masks;
    masks.input = random_matrix<double>(3, batch.packing.columns(), engine).cwiseAbs();
    for (const Index rows : model.layers().mask_rows()) {
      masks.between.push_back(random_matrix<double>(rows, batch.packing.columns(), engine).cwiseAbs());
    }
    masks.output = random_matrix<double>(model.layers().sizes().output, batch.packing.columns(), engine).cwiseAbs();
    Workspace<double> work;
    for (const Index order : {1, 3, 6}) {
      Gradients<double> gradients = model.make_gradients();
      differentiate_truncated(model, batch, order, masks, work, gradients);
      const auto loss = [&] {
        Gradients<double> unused = model.make_gradients();
        return differentiate_truncated(model, batch, order, masks, work, unused).mean();
      };
      std::size_t i = 0;
      for_each_weight(model, [&](const std::string& name, Matrix<double>& weights, int) {
        EXPECT_LT(worst_difference(weights, gradients.dense(i++, weights.cols()), loss), 1e-8) << name;
      });
    }
  }
}

TEST_P(TruncatedWindowsOf, AreTheRecurrentModelWhereTheOrderReachesTheStart) {
  std::mt19937_64 engine(13);
  for (const bool symbolic : {false, true}) {
    const auto model = random_model(GetParam(), symbolic, engine);
    const auto batch = random_batch(symbolic, false, engine);
    Workspace<double> work;
    Gradients<double> truncated = model.make_gradients(), recurrent = model.make_gradients();
    const LossSum a = differentiate_truncated(model, batch, 9, {}, work, truncated);
    const LossSum b = model.differentiate(batch, model.zero_state(3), {}, work, recurrent);
    EXPECT_NEAR(a.sum, b.sum, 1e-12 * b.sum);
    for (std::size_t i = 0; i < recurrent.size(); ++i) {
      ASSERT_EQ(truncated.columns(i) == nullptr, recurrent.columns(i) == nullptr);
      if (truncated.columns(i) != nullptr) {
        EXPECT_EQ(*truncated.columns(i), *recurrent.columns(i));
      }
      EXPECT_LT((truncated.value(i) - recurrent.value(i)).lpNorm<Eigen::Infinity>(), 1e-13) << recurrent.name(i);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, TruncatedWindowsOf, ::testing::ValuesIn(all_cell_cases()));

TEST(TruncatedWindows, ComputeTheSharedStepsOnce) {
  const auto windows = truncated_windows<double>(Packing::uniform(65, 4), {}, 35);
  EXPECT_EQ(windows.packing.columns(), 4 * (35 + 30 * 35));
  EXPECT_EQ(windows.scored.size(), 4U * 65U);
  EXPECT_EQ(truncated_windows<double>(Packing::uniform(65, 4), {}, 65).packing.columns(), 4 * 65);
}

TEST(TruncatedWindows, ContextIsReadAndNotPredictedFrom) {
  Vector<double> weights = Vector<double>::Zero(8);
  weights(7) = 1.0;
  const auto windows = truncated_windows(Packing::single(8), weights, 3);
  EXPECT_EQ(windows.source, (std::vector<Index>{5, 6, 7}));
  EXPECT_EQ(windows.last, (std::vector<Index>{2}));
  EXPECT_EQ(windows.scored, (std::vector<Index>{7}));
}

TEST(TruncatedWindows, BadCallsAreRefused) {
  EXPECT_THROW(truncated_windows<double>(Packing::single(3), {}, 0), UsageError);
  EXPECT_THROW(truncated_windows<double>(Packing::single(3), Vector<double>::Zero(3), 1), UsageError);
}

}  // namespace
}  // namespace unrecur

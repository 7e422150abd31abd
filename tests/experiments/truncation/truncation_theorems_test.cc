// The theorems on truncation as executable statements: they hold on random small instances, and their bounds, cut by a
// tenth, fail where they are tight.
#include <gtest/gtest.h>

#include <cmath>

#include "experiments/truncation/descent.h"
#include "models/truncation/orders.h"
#include "tests/models/random_model.h"
#include "tests/support/reference_svd.h"
#include "tests/theory/truncation/state_losses.h"
#include "theory/truncation/truncated_training.h"

namespace unrecur {
namespace {

using testing::random_matrix;

/// Room for the rounding of what is measured, where bounds are proved: relative to the sizes involved.
constexpr double kRounding = 1e-11;

double uniform(std::mt19937_64& engine, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(engine);
}

Index whole(std::mt19937_64& engine, Index low, Index high) {
  return std::uniform_int_distribution<Index>(low, high)(engine);
}

Matrix<double> with_norm(Matrix<double> matrix, double norm) {
  return matrix * (norm / testing::largest_singular_value(matrix));
}

/// A stable model, its set and constants, sequences and a loss.
struct Instance {
  SequenceModel<double> model;
  Batch<double> batch;
  RecurrenceSet set;
  TruncationConstants constants;
  Index order;
};

StateLoss state_loss(const SequenceModel<double>& model, const Batch<double>& batch, double state_bound) {
  const Matrix<double>& v = model.decoder().parameters()[0].value;
  if (model.spec().loss == "softmax") return testing::softmax_loss(v);
  if (model.spec().loss == "bernoulli") return testing::bernoulli_loss(v);
  const Matrix<double>& y = batch.targets.frames;
  const double residual = (y.colwise() - model.decoder().parameters()[1].value.col(0)).colwise().norm().maxCoeff();
  return squared_loss(v, residual * (1.0 + 1e-12), state_bound);
}

void add_data(Index steps, Index width, std::mt19937_64& engine, const ModelSpec& spec, Batch<double>& batch) {
  batch.packing = Packing::uniform(steps, width);
  const Index columns = steps * width;
  batch.frames = uniform(engine, 0.1, 2.0) * random_matrix<double>(spec.frame, columns, engine);
  if (spec.loss == "softmax") {
    for (Index i = 0; i < columns; ++i)
      batch.targets.symbols.push_back(static_cast<int>(whole(engine, 0, spec.outputs - 1)));
  } else {
    batch.targets.frames = random_matrix<double>(spec.outputs, columns, engine).cwiseAbs().array().round().matrix();
  }
}

/// Everything drawn: kind, sizes, λ, weights, inputs, loss, order. Constants of the ball with room around the weights.
Instance random_instance(std::mt19937_64& engine) {
  ModelSpec spec;
  spec.frame = whole(engine, 1, 3);
  spec.units = whole(engine, 1, 6);
  spec.outputs = whole(engine, 1, 4);
  spec.cell = engine() % 3 == 0 ? "linear" : "elman";
  if (spec.cell == "elman" && engine() % 5 == 0) spec.attributes = {{"activation", "identity"}};
  spec.loss = std::vector<std::string>{"squared", "softmax", "bernoulli"}[engine() % 3];
  SequenceModel<double> model(spec);
  Parameters<double>& weights = model.cell().parameters();
  const double rate = uniform(engine, 0.02, 0.97), gain = uniform(engine, 0.1, 3.0), offset = uniform(engine, 0.0, 0.5);
  weights[0].value = with_norm(random_matrix<double>(spec.units, spec.frame, engine), gain);
  weights[1].value = with_norm(random_matrix<double>(spec.units, spec.units, engine), rate);
  if (weights.size() > 2) weights[2].value = offset * random_matrix<double>(spec.units, 1, engine).normalized();
  testing::randomise(model.decoder().parameters(), engine, uniform(engine, 0.1, 2.0));
  Batch<double> batch;
  add_data(whole(engine, 2, 12), whole(engine, 1, 2), engine, spec, batch);
  const double room = 1.0 + uniform(engine, 1e-9, 0.02);
  const RecurrenceSet set = recurrence_ball(*recurrence_set(model.cell()), rate * room, gain * room, offset * room);
  const double input_bound = batch.frames.colwise().norm().maxCoeff() * (1.0 + 1e-12);
  const double state_bound = TruncationConstants::state_bound(set, input_bound);
  const TruncationConstants constants(set, state_loss(model, batch, state_bound), input_bound);
  const Index order = whole(engine, 1, batch.packing.steps());
  return {std::move(model), std::move(batch), set, constants, order};
}

/// Calls check on 10,000 random instances.
template <class Check>
void on_random_instances(std::uint64_t seed, const Check& check) {
  std::mt19937_64 engine(seed);
  for (int i = 0; i < 10000 && !::testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("instance " + std::to_string(i));
    const Instance instance = random_instance(engine);
    check(instance, engine);
  }
}

TEST(TruncationTheoremsSlow, Proposition3HoldsOnRandomInstances) {
  on_random_instances(21, [](const Instance& c, std::mt19937_64&) {
    const Matrix<double> x = LastStepLoss(c.batch).inputs(0).frames(
        Eigen::all, Eigen::seqN(0, c.batch.packing.steps(), c.batch.packing.batch()));
    const Matrix<double> full = full_states<double>(c.model.cell(), x);
    TruncationSweep<double> sweep(c.model.cell(), x);
    for (Index k = 1; k <= x.cols(); ++k) {
      sweep.forward_step();
      const double gap = (full - sweep.states()).colwise().norm().maxCoeff();
      EXPECT_LE(gap, c.constants.state_gap(k).value + kRounding * c.constants.b_h.value);
    }
  });
}

TEST(TruncationTheoremsSlow, Lemma1HoldsOnRandomInstances) {
  on_random_instances(22, [](const Instance& c, std::mt19937_64&) {
    LastStepLoss loss(c.batch);
    const double gap = weight_distance(loss.gradient(c.model, 0), loss.gradient(c.model, c.order));
    const double parts = c.constants.gradient_gap(c.order).total();
    EXPECT_LE(gap, parts + kRounding * c.constants.gradient_gap(1).total());
    EXPECT_LE(parts, c.constants.lemma1(c.order).value * (1.0 + kRounding));
  });
}

TEST(TruncationTheoremsSlow, TheGradientIsAsSmoothAsProposition4Needs) {
  on_random_instances(23, [](const Instance& c, std::mt19937_64& engine) {
    LastStepLoss loss(c.batch);
    SequenceModel<double> other = c.model;
    const double size = std::pow(10.0, uniform(engine, -4.0, 0.5));
    for (auto& p : other.cell().parameters()) {
      p.value += size * random_matrix<double>(p.value.rows(), p.value.cols(), engine);
    }
    project_into(c.set, other.cell().parameters());
    const double moved = weight_distance(c.model.cell().parameters(), other.cell().parameters());
    const double scale = c.constants.gradient_gap(1).total();
    for (const Index order : {Index{0}, c.order}) {
      const double change = weight_distance(loss.gradient(c.model, order), loss.gradient(other, order));
      EXPECT_LE(change, c.constants.smoothness().value * moved + kRounding * scale);
    }
  });
}

TEST(TruncationTheoremsSlow, Proposition4AndTheorem1HoldOnRandomInstances) {
  on_random_instances(24, [](const Instance& c, std::mt19937_64& engine) {
    LastStepLoss loss(c.batch);
    const Index steps = whole(engine, 1, 5);
    const double alpha = uniform(engine, 0.01, 3.0) / c.constants.smoothness().value;
    const DescentPair pair = descend_pair(c.model, loss, c.set, c.order, alpha, steps);
    for (Index s = 1; s <= steps; ++s) {
      const double distance = pair.distance[static_cast<std::size_t>(s - 1)];
      const double sharp = c.constants.weight_gap(c.order, alpha, s).value;
      EXPECT_LE(distance, sharp + kRounding);
      EXPECT_LE(sharp, c.constants.proposition4(c.order, alpha, s).value * (1.0 + kRounding));
    }
    const auto predict = [&](const SequenceModel<double>& model, Index order) {
      return model.decoder().predict(loss.last_states(model, order));
    };
    const double apart = (predict(pair.recurrent, 0) - predict(pair.truncated, c.order)).colwise().norm().maxCoeff();
    EXPECT_LE(apart, c.constants.prediction_gap(c.order, alpha, steps).value + kRounding * c.constants.b_h.value);
  });
}

/// h' = a h + u x with x = 1 and p = −h_T: where the bounds are attained as T and u grow.
class Scalar : public ::testing::Test {
 protected:
  static constexpr double kRate = 0.8, kGain = 100.0;
  static constexpr Index kSteps = 300;

  Scalar()
      : model_(spec()),
        set_(make_set()),
        constants_(set_, testing::linear_loss(Vector<double>::Constant(1, -1.0)), 1.0) {
    model_.cell().parameters()[0].value(0) = kGain;
    model_.cell().parameters()[1].value(0) = kRate;
  }

  static ModelSpec spec() {
    ModelSpec s;
    s.frame = s.units = s.outputs = 1;
    s.cell = "linear";
    s.loss = "squared";
    return s;
  }
  static RecurrenceSet make_set() {
    RecurrenceSet set;
    set.size = 1;
    set.bias = false;
    return recurrence_ball(set, kRate, kGain, 0.0);
  }

  /// ∂h_T/∂(a, u) over the last k inputs, by the cell's own backward pass.
  static Vector<double> gradient(const Cell<double>& cell, Index k) {
    const Packing packing = Packing::single(k);
    const Matrix<double> x = Matrix<double>::Ones(1, k), rest = Matrix<double>::Zero(1, 1);
    const auto tape = cell.make_tape();
    Matrix<double> output;
    cell.forward(packing, x, rest, *tape, output, nullptr);
    Matrix<double> d_output = Matrix<double>::Zero(1, k);
    d_output(k - 1) = -1.0;
    Parameters<double> gradient = zeros_like(cell.parameters());
    cell.backward(packing, x, rest, *tape, d_output, gradient, nullptr, nullptr);
    return Vector<double>{{gradient[1].value(0), gradient[0].value(0)}};
  }

  double gradient_gap(Index k) const { return (gradient(model_.cell(), kSteps) - gradient(model_.cell(), k)).norm(); }

  SequenceModel<double> model_;
  RecurrenceSet set_;
  TruncationConstants constants_;
};

using TruncationTheoremsOnTheScalarSystem = Scalar;

TEST_F(TruncationTheoremsOnTheScalarSystem, Proposition3IsTight) {
  const Matrix<double> x = Matrix<double>::Ones(1, kSteps);
  const Matrix<double> full = full_states<double>(model_.cell(), x);
  TruncationSweep<double> sweep(model_.cell(), x);
  for (Index k = 1; k <= 40; ++k) {
    sweep.forward_step();
    const double gap = (full - sweep.states()).cwiseAbs().maxCoeff(), bound = constants_.state_gap(k).value;
    EXPECT_LE(gap, bound * (1.0 + 1e-9));
    EXPECT_GT(gap, 0.9 * bound) << "k " << k;
  }
}

TEST_F(TruncationTheoremsOnTheScalarSystem, TheFourPartsOfLemma1AreTightAtEveryOrder) {
  for (Index k = 1; k <= 40; ++k) {
    const double gap = gradient_gap(k), bound = constants_.gradient_gap(k).total();
    EXPECT_LE(gap, bound * (1.0 + 1e-9));
    EXPECT_GT(gap, 0.9 * bound) << "k " << k;
    EXPECT_GT(gap, 0.999 * bound) << "k " << k;
  }
}

TEST_F(TruncationTheoremsOnTheScalarSystem, GammaIsTightAtOrderOneAlone) {
  EXPECT_LE(gradient_gap(1), constants_.lemma1(1).value * (1.0 + 1e-9));
  EXPECT_GT(gradient_gap(1), 0.9 * constants_.lemma1(1).value);
  // γ k λ^k charges every part k times; two of the four do not grow with k.
  EXPECT_LT(gradient_gap(20), 0.7 * constants_.lemma1(20).value);
}

TEST_F(TruncationTheoremsOnTheScalarSystem, TheSmoothnessIsAttained) {
  // −∂²h/∂a² = −2u/(1 − a)³ at the edge of the set.
  SequenceModel<double> near = model_;
  near.cell().parameters()[1].value(0) = kRate - 1e-4;
  const double change = (gradient(model_.cell(), kSteps) - gradient(near.cell(), kSteps)).norm();
  EXPECT_LE(change, constants_.smoothness().value * 1e-4);
  EXPECT_GT(change, 0.9 * constants_.smoothness().value * 1e-4);
}

TEST_F(TruncationTheoremsOnTheScalarSystem, Proposition4IsTightInItsFirstStepAndItsRecursionInManyShortOnes) {
  const double alpha = 0.005 / constants_.smoothness().value;
  for (const Index k : {1, 3, 10}) {
    // Just inside the set: a grows towards its edge and does not reach it.
    SequenceModel<double> recurrent = model_, truncated = model_;
    for (auto* m : {&recurrent, &truncated}) m->cell().parameters()[1].value(0) = kRate - 0.003;
    for (auto* m : {&recurrent, &truncated}) m->cell().parameters()[0].value(0) = kGain - 0.001;
    for (Index s = 1; s <= 100; ++s) {
      const auto descend = [&](SequenceModel<double>& m, Index steps) {
        const Vector<double> g = gradient(m.cell(), steps);
        m.cell().parameters()[1].value(0) -= alpha / static_cast<double>(s) * g(0);
        m.cell().parameters()[0].value(0) -= alpha / static_cast<double>(s) * g(1);
        ASSERT_LE(m.cell().parameters()[1].value(0), kRate);
      };
      descend(recurrent, kSteps);
      descend(truncated, k);
      const double distance = weight_distance(recurrent.cell().parameters(), truncated.cell().parameters());
      EXPECT_LE(distance, (1.0 + 1e-9) * constants_.weight_gap(k, alpha, s).value);
      EXPECT_GT(distance, 0.9 * constants_.weight_gap(k, alpha, s).value) << "k " << k << " step " << s;
    }
  }
  const double first = alpha * gradient_gap(1);
  EXPECT_LE(first, constants_.proposition4(1, alpha, 1).value * (1.0 + 1e-9));
  EXPECT_GT(first, 0.9 * constants_.proposition4(1, alpha, 1).value);
  // The paper's N^{αβ+1} charges every step as if its rate were the first one's.
  EXPECT_GT(constants_.proposition4(1, alpha, 100).value, 10.0 * constants_.weight_gap(1, alpha, 100).value);
}

}  // namespace
}  // namespace unrecur

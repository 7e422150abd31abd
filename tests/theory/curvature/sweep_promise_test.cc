#include "theory/curvature/sweep_promise.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "models/parallel/time_sweeps.h"
#include "models/truncation/orders.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

double euclidean(const Eigen::Ref<const Vector<double>>& s) {
  return s.norm();
}

double distance(const TimeSweeps& sweeps, const Matrix<double>& states) {
  return std::sqrt((sweeps.states() - states).colwise().squaredNorm().maxCoeff());
}

/// The first sweep, in the order that a promise has them, after which every state is within ε; one more than promised
/// where none is.
Index needed(const Cell<double>& cell, const Matrix<double>& x, const SweepPromise& promise, double epsilon) {
  const Matrix<double> states = full_states<double>(cell, x);
  TimeSweeps sweeps(cell, x, promise.limits);
  while (distance(sweeps, states) > epsilon && sweeps.sweeps() <= promise.sweeps()) {
    sweeps.evaluate(euclidean);
    if (sweeps.sweeps() < promise.jacobi) {
      sweeps.jacobi();
    } else {
      sweeps.newton();
    }
  }
  return sweeps.sweeps();
}

/// A method in each norm; the one that solves semidefinite programs takes too long for a thousand cells.
const std::vector<std::string> kQuick{"one_norm",          "inf_norm",           "spectral_norm", "perron",
                                      "diagonal_2norm",    "lyapunov_equation",  "miller_hardt",  "delta_iss",
                                      "comparison_matrix", "coupled_comparison", "block_2norm"};

const testing::CellCase kCases[] = {
    {"elman", {{"activation", "tanh"}}},
    {"elman", {{"activation", "relu"}}},
    {"elman", {{"activation", "sigmoid"}, {"leak", "0.5"}}},
    {"elman", {{"activation", "softsign"}}},
    {"linear", {}},
    {"lstm", {}},
    {"gru", {{"reset", "after"}}},
    {"gru", {{"reset", "before"}}},
    {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "after"}}},
    {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "after"}, {"width", "2,3"}}}};

TEST(SweepPromises, AreKeptByTwelveHundredRandomCells) {
  std::mt19937_64 engine(91);
  int certified = 0, with_newton = 0, tight = 0, tight_newton = 0;
  for (int trial = 0; certified < 1200; ++trial) {
    ASSERT_LT(trial, 20000);
    const auto& kind = kCases[trial % std::ssize(kCases)];
    const Index m = 2, n = 1 + static_cast<Index>(engine() % 6);
    const auto cell = random_cell<double>(kind, m, n, engine, 0.1 + 0.1 * static_cast<double>(engine() % 9));
    const double bound = engine() % 2 == 0 ? 0.4 : 1.0;
    const InputSet inputs = InputSet::box(bound);
    const RateBounds bounds = bound_rate(*cell, {.methods = kQuick, .inputs = inputs});
    const KnownStates known = known_states(*cell, inputs);
    const double epsilon = std::pow(10.0, -1.0 - static_cast<double>(engine() % 8));
    const auto jacobi = promise_jacobi(bounds, known, epsilon);
    if (!jacobi) continue;
    ++certified;
    // Constant inputs at the ends of the box are what drives states furthest.
    Matrix<double> x = random_matrix<double>(m, 90, engine, bound);
    if (trial % 3 == 0) x = x.col(0).cwiseSign().replicate(1, 90) * bound;
    EXPECT_LE(jacobi->error.value, epsilon);
    const Index took = needed(*cell, x, *jacobi, epsilon);
    ASSERT_LE(took, jacobi->sweeps()) << kind.kind << " " << jacobi->certificate.method;
    tight += took == jacobi->sweeps() ? 1 : 0;
    const auto newton = promise_newton(*cell, bounds, known, epsilon);
    ASSERT_TRUE(newton);
    EXPECT_LE(newton->sweeps(), jacobi->sweeps());
    EXPECT_LE(newton->error.value, epsilon);
    const Index took_newton = needed(*cell, x, *newton, epsilon);
    ASSERT_LE(took_newton, newton->sweeps()) << kind.kind << " " << newton->certificate.method;
    with_newton += newton->newton > 0 ? 1 : 0;
    tight_newton += newton->newton > 1 && took_newton == newton->sweeps() ? 1 : 0;
  }
  EXPECT_GT(with_newton, 600);
  // These would be violated by a promise of one sweep less.
  EXPECT_GT(tight, 0);
  EXPECT_GT(tight_newton, 0);
  RecordProperty("tight", tight);
  RecordProperty("tight_newton", tight_newton);
}

TEST(SweepPromises, OneNewtonSweepBringsAnyStatesOfTheBoxAsNearAsItSays) {
  std::mt19937_64 engine(92);
  int looked_at = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const auto& kind = kCases[trial % std::ssize(kCases)];
    const Index m = 1, n = 1 + trial % 4, steps = 30;
    const auto cell = random_cell<double>(kind, m, n, engine, 0.1 + 0.15 * (trial % 5));
    const InputSet inputs = InputSet::box(0.7);
    const RateBounds bounds = bound_rate(*cell, {.methods = kQuick, .inputs = inputs});
    const auto promise = promise_newton(*cell, bounds, known_states(*cell, inputs), 1e-6);
    if (!promise || promise->newton == 0) continue;
    ++looked_at;
    const Matrix<double> x = random_matrix<double>(m, steps, engine, 0.7), states = full_states<double>(*cell, x);
    const Norm& norm = promise->certificate.norm;
    const auto furthest = [&](const TimeSweeps& sweeps) {
      double largest = 0.0;
      for (Index t = 0; t < steps; ++t) largest = std::max(largest, norm(sweeps.states().col(t) - states.col(t)));
      return largest;
    };
    const NewtonDecay decay(promise->certificate.rate, jacobian_change(*cell, promise->certificate, promise->limits));
    TimeSweeps sweeps(*cell, x, promise->limits);
    for (Index i = 0; i < promise->sweeps(); ++i) {
      const double before = furthest(sweeps);
      sweeps.evaluate(euclidean);
      if (i < promise->jacobi) {
        sweeps.jacobi();
        ASSERT_LE(furthest(sweeps), promise->certificate.rate.value * before * (1.0 + 1e-12) + 1e-14);
      } else {
        sweeps.newton();
        ASSERT_LE(furthest(sweeps), decay.after(before) * (1.0 + 1e-12) + 1e-14) << kind.kind;
      }
    }
  }
  EXPECT_GT(looked_at, 100);
}

/// h' = λ h + x, where everything about Jacobi sweeps is attained.
std::unique_ptr<Cell<double>> leaky_sum(double rate) {
  auto cell = make_cell<double>("linear", 1, 1, {});
  cell->parameters()[0].value(0, 0) = 1.0;
  cell->parameters()[1].value(0, 0) = rate;
  return cell;
}

TEST(SweepPromises, OneJacobiSweepLessIsNotEnoughForALeakySum) {
  for (const double rate : {0.25, 0.5, 0.9}) {
    const auto cell = leaky_sum(rate);
    const InputSet inputs = InputSet::box(1.0);
    const auto promise = promise_jacobi(bound_rate(*cell, {.inputs = inputs}), known_states(*cell, inputs), 1e-3);
    ASSERT_TRUE(promise);
    const Matrix<double> x = Matrix<double>::Ones(1, 1000);
    EXPECT_EQ(needed(*cell, x, *promise, 1e-3), promise->sweeps()) << rate;
  }
}

TEST(SweepPromises, OneNewtonSweepLessIsNotEnough) {
  const auto cell = leaky_sum(0.9);
  const InputSet inputs = InputSet::box(1.0);
  const auto promise = promise_newton(*cell, bound_rate(*cell, {.inputs = inputs}), known_states(*cell, inputs), 1e-3);
  ASSERT_TRUE(promise);
  EXPECT_EQ(promise->jacobi, 0);
  EXPECT_EQ(promise->newton, 1) << "its Jacobian does not change";
  EXPECT_EQ(needed(*cell, Matrix<double>::Ones(1, 1000), *promise, 1e-3), 1);
}

TEST(SweepPromises, SayNothingWithoutARateBelowOne) {
  const auto cell = leaky_sum(1.0);
  const InputSet inputs = InputSet::box(1.0);
  const RateBounds bounds = bound_rate(*cell, {.inputs = inputs});
  EXPECT_FALSE(promise_jacobi(bounds, known_states(*cell, inputs), 1e-3));
  EXPECT_FALSE(promise_newton(*cell, bounds, known_states(*cell, inputs), 1e-3));
}

TEST(SweepPromises, AskForAnErrorAboveZero) {
  EXPECT_THROW(promise_jacobi({}, {}, 0.0), UsageError);
  EXPECT_THROW(promise_newton(*leaky_sum(0.5), {}, {}, std::numeric_limits<double>::quiet_NaN()), UsageError);
}

}  // namespace
}  // namespace unrecur

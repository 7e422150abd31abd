#include "theory/check/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <thread>

#include "base/errors.h"
#include "models/arrays/product.h"
#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/slope/first_step.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

std::vector<double> numbers_of(const LayerReport& report) {
  std::vector<double> numbers;
  for (const auto& [method, rate] : testing::rates_of(report.bounds)) numbers.push_back(rate);
  for (const GateLimit& gate : report.limits) numbers.insert(numbers.end(), {gate.spectral_norm, gate.inf_norm});
  if (report.context) numbers.push_back(static_cast<double>(report.context->steps));
  numbers.push_back(report.recurrent_norm.value);
  return numbers;
}

// The number of threads of large products was the process's: two checks at once changed each other's last bits.
TEST(Check, TwoThreadsAgreeWithTwoInSequenceBitForBit) {
  const ProductThreads program(2);
  std::mt19937_64 engine(101);
  const auto large = random_cell<double>({"lstm", {}}, 8, 288, engine, 0.01);
  const auto small = random_cell<double>({"elman", {{"activation", "tanh"}}}, 4, 60, engine, 0.12);
  const CheckOptions options{.inputs = InputSet::box(0.5),
                             .methods = {"spectral_norm", "perron", "diagonal_2norm", "delta_iss", "comparison_matrix",
                                         "block_2norm", "spectral_radius_at_fixed_point"}};
  const auto first = numbers_of(check(*large, options)), second = numbers_of(check(*small, options));
  for (int round = 0; round < 3; ++round) {
    std::vector<double> also_first, also_second;
    std::thread one([&] { also_first = numbers_of(check(*large, options)); });
    std::thread other([&] {
      for (int i = 0; i < 4; ++i) also_second = numbers_of(check(*small, options));
    });
    one.join();
    other.join();
    EXPECT_EQ(also_first, first);
    EXPECT_EQ(also_second, second);
  }
}

TEST(Check, StopsWhereThatIsAskedFor) {
  std::mt19937_64 engine(102);
  const auto cell = random_cell<double>({"lstm", {}}, 2, 4, engine, 0.5);
  std::stop_source source;
  const CheckOptions options{.execution = {source.get_token()}};
  EXPECT_NO_THROW(check(*cell, options));
  source.request_stop();
  EXPECT_THROW(check(*cell, options), Interrupted);
}

TEST(Check, StopsInTheMiddle) {
  std::mt19937_64 engine(103);
  const auto cell = random_cell<double>({"lstm", {}}, 4, 48, engine, 0.4);
  std::stop_source source;
  std::atomic<bool> stopped = false;
  std::thread worker([&] {
    try {
      for (;;) check(*cell, {.execution = {source.get_token()}});
    } catch (const Interrupted&) {
      stopped = true;
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  source.request_stop();
  worker.join();
  EXPECT_TRUE(stopped);
}

// The search for a quadratic norm alone takes some hundred steps of n³ here.
TEST(Check, StopsWithinOneMethod) {
  std::mt19937_64 engine(110);
  const auto cell = random_cell<double>({"elman", {{"activation", "tanh"}}}, 4, 120, engine, 0.2);
  std::stop_source source;
  bool stopped = false;
  std::thread worker([&] {
    try {
      bound_rate(*cell, {.methods = {"lmi"}, .execution = {source.get_token()}});
    } catch (const Interrupted&) {
      stopped = true;
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  source.request_stop();
  worker.join();
  EXPECT_TRUE(stopped);
}

TEST(Check, RefusesAnErrorThatIsNone) {
  std::mt19937_64 engine(104);
  const auto cell = random_cell<double>({"elman", {}}, 1, 2, engine, 0.1);
  for (const double epsilon : {0.0, -1.0, std::nan("")}) EXPECT_THROW(check(*cell, {.epsilon = epsilon}), UsageError);
}

TEST(Check, GivesReasonsAndRemediesWithTheirNumbers) {
  std::mt19937_64 engine(105);
  const auto lstm = random_cell<double>({"lstm", {}}, 2, 4, engine, 0.15);
  const LayerReport open = check(*lstm);
  EXPECT_EQ(open.reason, Reason::no_finite_rate);
  ASSERT_FALSE(open.remedies.empty());
  EXPECT_EQ(open.remedies.front().kind, Remedy::Kind::inputs_within);
  const double bound = open.remedies.front().input_bound;
  ASSERT_GT(bound, 0.0);
  EXPECT_EQ(open.remedies.back().kind, Remedy::Kind::projection);
  EXPECT_TRUE(open.remedies.back().needs_bounded_inputs);
  const LayerReport within = check(*lstm, {.inputs = InputSet::box(bound)});
  EXPECT_EQ(within.verdict, Verdict::proved) << "the remedy must help";
  EXPECT_EQ(within.reason, Reason::contracts_with_context);
  EXPECT_TRUE(within.remedies.empty());

  const auto relu = random_cell<double>({"elman", {{"activation", "relu"}}}, 2, 3, engine, 0.1);
  const LayerReport unbounded = check(*relu);
  EXPECT_EQ(unbounded.reason, Reason::contracts_unbounded_states);
  ASSERT_EQ(unbounded.remedies.size(), 1U);
  EXPECT_EQ(unbounded.remedies.front().kind, Remedy::Kind::bound_inputs_for_context);
  EXPECT_TRUE(check(*relu, {.inputs = InputSet::box(1.0)}).context) << "the remedy must help";
}

TEST(Check, ExplainsOnlyWhereAsked) {
  std::mt19937_64 engine(106);
  const auto cell = random_cell<double>({"gru", {{"reset", "after"}}}, 2, 4, engine, 0.2);
  const LayerReport full = check(*cell, {.inputs = InputSet::box(0.5)});
  const LayerReport bare = check(*cell, {.inputs = InputSet::box(0.5), .explain = false});
  EXPECT_FALSE(full.limits.empty());
  EXPECT_FALSE(full.curves.empty());
  EXPECT_TRUE(bare.limits.empty() && bare.curves.empty() && bare.remedies.empty());
  EXPECT_EQ(bare.rate_upper->value, full.rate_upper->value);
  EXPECT_EQ(bare.context->steps, full.context->steps);
}

TEST(Check, AReportIsAValue) {
  std::mt19937_64 engine(107);
  std::optional<LayerReport> original = check(*random_cell<double>({"elman", {}}, 2, 3, engine, 0.2));
  const LayerReport copy = *original;
  const std::string method = original->best()->method;
  original.reset();
  EXPECT_EQ(copy.best()->method, method);
}

class FirstStep : public ::testing::TestWithParam<testing::CellCase> {};

// No state from zero leaves the ball of the radius, and a state that stays for ever at the worst input comes near it.
TEST_P(FirstStep, RadiusHoldsEveryStateFromZero) {
  std::mt19937_64 engine(108);
  double closest = 0.0;
  for (int trial = 0; trial < 40; ++trial) {
    const auto cell = random_cell<double>(GetParam(), 2, 1 + trial % 4, engine, 0.25);
    const InputSet inputs = InputSet::box(0.5 + 0.25 * (trial % 4));
    const auto box = first_step_box(*cell, inputs);
    ASSERT_TRUE(box);
    for (const Certificate& certificate : testing::certificates_of(bound_rate(*cell, {.inputs = inputs}))) {
      const double radius = first_step_radius(certificate, *box);
      if (!(certificate.rate.value < 1.0)) {
        EXPECT_EQ(radius, std::numeric_limits<double>::infinity());
        continue;
      }
      for (const double sign : {-1.0, 1.0, 0.0}) {
        Matrix<double> state = Matrix<double>::Zero(cell->shape().state, 1);
        for (int t = 0; t < 60; ++t) {
          Matrix<double> x = random_matrix<double>(2, 1, engine, *inputs.bound());
          if (sign != 0.0) x.setConstant(sign * *inputs.bound());
          state = step<double>(*cell, state, x);
          const double size = certificate.norm(Vector<double>(state));
          EXPECT_LE(size, radius) << certificate.method;
          closest = std::max(closest, size / radius);
        }
      }
    }
  }
  EXPECT_GT(closest, 0.5) << "the states come near no radius: they test little";
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, FirstStep,
    ::testing::Values(testing::CellCase{"linear", {}}, testing::CellCase{"elman", {{"activation", "relu"}}},
                      testing::CellCase{"elman", {{"activation", "tanh"}, {"leak", "0.5"}}},
                      testing::CellCase{"elman", {{"activation", "sigmoid"}}},
                      testing::CellCase{"elman", {{"activation", "hard_sigmoid"}, {"activation_slope", "0.2"}}}));

TEST(FirstStepBox, NeedsBoundedInputsAndSlopes) {
  std::mt19937_64 engine(109);
  EXPECT_FALSE(first_step_box(*random_cell<double>({"elman", {}}, 2, 3, engine), InputSet::anything()));
  EXPECT_FALSE(first_step_box(*random_cell<double>({"lstm", {}}, 2, 3, engine), InputSet::box(1.0)));
  const auto broken = random_cell<double>({"elman", {{"activation", "relu"}}}, 2, 3, engine);
  broken->parameters()[0].value(0, 0) = std::nan("");
  EXPECT_FALSE(first_step_box(*broken, InputSet::box(1.0)));
}

}  // namespace
}  // namespace unrecur

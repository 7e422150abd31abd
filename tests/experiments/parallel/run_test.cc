#include "experiments/parallel/run.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "models/truncation/orders.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

const std::vector<RunMethod> kAll{RunMethod::sequential, RunMethod::jacobi, RunMethod::newton, RunMethod::chunked,
                                  RunMethod::quasi_newton};

std::vector<Matrix<double>> inputs_of(std::mt19937_64& engine, Index m, std::initializer_list<Index> lengths) {
  std::vector<Matrix<double>> sequences;
  for (const Index steps : lengths) sequences.push_back(random_matrix<double>(m, steps, engine));
  return sequences;
}

class RunKinds : public ::testing::TestWithParam<testing::CellCase> {};

TEST_P(RunKinds, EveryMethodComesWithinTheErrorAndItsPromise) {
  std::mt19937_64 engine(101);
  int promised = 0;
  for (int trial = 0; trial < 6; ++trial) {
    const auto cell = random_cell<double>(GetParam(), 2, 3, engine, 0.05 + 0.1 * trial);
    const auto sequences = inputs_of(engine, 2, {300, 40, 1});
    const double epsilon = trial % 2 == 0 ? 1e-3 : 1e-7;
    const ParallelRun run = run_recurrence(*cell, sequences, InputSet::box(1.0), {.methods = kAll, .epsilon = epsilon});
    ASSERT_EQ(run.runs.size(), kAll.size());
    ASSERT_EQ(run.states.size(), sequences.size());
    for (std::size_t s = 0; s < sequences.size(); ++s) {
      EXPECT_LE((run.states[s] - full_states<double>(*cell, sequences[s])).cwiseAbs().maxCoeff(), 1e-13);
    }
    for (const MethodRun& one : run.runs) {
      ASSERT_TRUE(one.error);
      // What it promises is that its residual shows the error, whether or not that took as many sweeps as Jacobi's.
      EXPECT_FALSE(one.method == RunMethod::quasi_newton && one.promised);
      EXPECT_FALSE(one.stopped == RunStop::residual && *one.error > epsilon) << name_of(one.method);
      if (one.method == RunMethod::sequential || !one.promised) continue;
      ++promised;
      EXPECT_LE(one.promised->error.value, epsilon);
      EXPECT_LE(*one.error, epsilon) << name_of(one.method);
      if (one.method == RunMethod::chunked) continue;
      EXPECT_LE(one.sweeps(), one.promised->sweeps());
      ASSERT_TRUE(one.needed) << name_of(one.method);
      EXPECT_LE(*one.needed, one.sweeps()) << name_of(one.method);
    }
  }
  EXPECT_GT(promised, 2);
}

INSTANTIATE_TEST_SUITE_P(Kinds, RunKinds,
                         ::testing::Values(testing::CellCase{"elman", {{"activation", "tanh"}}},
                                           testing::CellCase{"elman", {{"activation", "relu"}, {"leak", "0.5"}}},
                                           testing::CellCase{"linear", {}}, testing::CellCase{"lstm", {}},
                                           testing::CellCase{"gru", {{"reset", "after"}}},
                                           testing::CellCase{"mingru", {{"cap", "0.8"}}},
                                           testing::CellCase{"stack", {{"layers", "2"}, {"layer", "lstm"}}}));

TEST(Run, WithoutACertificateItPromisesNothingAndEndsByWhatItMeasures) {
  std::mt19937_64 engine(102);
  // Refuted, and yet it forgets along these inputs.
  auto cell = random_cell<double>({"elman", {{"activation", "tanh"}}}, 1, 8, engine, 0.9);
  const auto sequences = inputs_of(engine, 1, {400});
  const ParallelRun run = run_recurrence(*cell, sequences, InputSet::box(1.0), {.methods = kAll, .epsilon = 1e-6});
  for (const MethodRun& one : run.runs) {
    EXPECT_FALSE(one.promised);
    EXPECT_NE(one.stopped, RunStop::promised);
    const bool exact = one.stopped == RunStop::whole_sequence || one.stopped == RunStop::given_up;
    EXPECT_LE(*one.error, exact ? 1e-9 : 1e-2) << name_of(one.method);
  }
}

TEST(Run, QuasiNewtonEndsByItsResidualUnderAProvedRate) {
  std::mt19937_64 engine(104);
  const auto cell = random_cell<double>({"elman", {{"activation", "tanh"}}}, 2, 6, engine, 0.2);
  const auto sequences = inputs_of(engine, 2, {400});
  const ParallelRun run = run_recurrence(*cell, sequences, InputSet::box(1.0),
                                         {.methods = {RunMethod::jacobi, RunMethod::quasi_newton}, .epsilon = 1e-9});
  ASSERT_TRUE(run.runs[0].promised);
  EXPECT_EQ(run.runs[1].stopped, RunStop::residual);
  EXPECT_GT(run.runs[1].newton, 0);
  EXPECT_LE(run.runs[1].sweeps(), run.runs[0].promised->sweeps());
  EXPECT_LE(*run.runs[1].error, 1e-9);
}

TEST(Run, WhatDoesNotSettleIsRunSequentially) {
  auto cell = make_cell<double>("linear", 1, 1, {});
  cell->parameters()[0].value(0, 0) = 1.0;
  cell->parameters()[1].value(0, 0) = 1.0;
  const std::vector<Matrix<double>> sequences{Matrix<double>::Ones(1, 500)};
  const ParallelRun run =
      run_recurrence(*cell, sequences, InputSet::box(1.0), {.methods = {RunMethod::jacobi}, .most_sweeps = 20});
  EXPECT_EQ(run.runs.front().stopped, RunStop::given_up);
  EXPECT_EQ(run.states.front()(0, 499), 500.0);
  EXPECT_FALSE(run.runs.front().needed);
}

TEST(Run, ASequenceShorterThanThePromiseIsGoneThroughOnce) {
  auto cell = make_cell<double>("linear", 1, 1, {});
  cell->parameters()[0].value(0, 0) = 1.0;
  cell->parameters()[1].value(0, 0) = 0.99;
  const std::vector<Matrix<double>> sequences{Matrix<double>::Ones(1, 30)};
  const ParallelRun run =
      run_recurrence(*cell, sequences, InputSet::box(1.0), {.methods = {RunMethod::jacobi, RunMethod::chunked}});
  EXPECT_GT(run.runs[0].promised->sweeps(), 30);
  EXPECT_EQ(run.runs[0].sweeps(), 30);
  EXPECT_EQ(run.runs[0].stopped, RunStop::whole_sequence);
  EXPECT_EQ(run.runs[1].stopped, RunStop::whole_sequence);
  EXPECT_LE(*run.runs[1].error, 1e-13);
}

TEST(Run, ComparesOnlyWhereItIsAskedTo) {
  std::mt19937_64 engine(103);
  const auto cell = random_cell<double>({"elman", {}}, 1, 2, engine, 0.3);
  const auto sequences = inputs_of(engine, 1, {50});
  const ParallelRun run = run_recurrence(*cell, sequences, InputSet::box(1.0), {.methods = kAll, .compare = false});
  EXPECT_FALSE(run.sequential_seconds);
  for (const MethodRun& one : run.runs) EXPECT_FALSE(one.error);
}

TEST(Run, RefusesWhatMakesNoSense) {
  std::mt19937_64 engine(104);
  const auto cell = random_cell<double>({"elman", {}}, 2, 2, engine, 0.3);
  const auto sequences = inputs_of(engine, 2, {5});
  const InputSet inputs = InputSet::box(1.0);
  EXPECT_THROW(run_recurrence(*cell, {}, inputs), UsageError);
  EXPECT_THROW(run_recurrence(*cell, sequences, inputs, {.methods = {}}), UsageError);
  EXPECT_THROW(run_recurrence(*cell, sequences, inputs, {.epsilon = 0.0}), UsageError);
  EXPECT_THROW(run_recurrence(*cell, sequences, inputs, {.chunks = 0}), UsageError);
  EXPECT_THROW(run_recurrence(*cell, inputs_of(engine, 1, {5}), inputs), UsageError);
  EXPECT_THROW(run_method_named("parareal"), UsageError);
  EXPECT_EQ(run_method_named("newton"), RunMethod::newton);
  EXPECT_EQ(name_of(run_method_named("quasi_newton")), "quasi_newton");
}

}  // namespace
}  // namespace unrecur

// What the error of a context is one of: states, outputs, or what a head makes of these.
#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>
#include <random>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/theory/memory/witness_end.h"
#include "theory/check/check.h"
#include "theory/check/model_context.h"
#include "theory/memory/memory_proof.h"
#include "theory/memory/observed_states.h"
#include "theory/memory/witness_run.h"

namespace unrecur {
namespace {

using testing::all_cell_cases;
using testing::CellCase;
using testing::end_of;
using testing::random_cell;
using testing::random_matrix;

class Observed : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  }
};

verify::Layer layer_of(const Cell<double>& cell) {
  return {cell.kind(), cell.attributes(), &cell.parameters()};
}

verify::Memory some_witness(const Cell<double>& cell, std::mt19937_64& engine, verify::Observed observed) {
  const Index m = cell.shape().input;
  verify::Memory w{.first = random_matrix<double>(m, 3, engine),
                   .second = random_matrix<double>(m, 3, engine),
                   .suffix = random_matrix<double>(m, 1, engine),
                   .steps = 2,
                   .bits_per_step = 2.0,
                   .inputs = {.low = -Vector<double>::Ones(m), .high = Vector<double>::Ones(m)},
                   .observed = std::move(observed)};
  return w;
}

/// The verifier's own output map is that of the cell: a gap a little below what the cell itself gives is proved, one a
/// little above it is not.
TEST_F(Observed, GapIsThatOfTheCellsOutputsOfEveryKind) {
  std::mt19937_64 engine(31);
  int checked = 0;
  std::vector<CellCase> cases = all_cell_cases();
  for (const CellCase& mixed : testing::mixed_stack_cases()) cases.push_back(mixed);
  for (const CellCase& which : cases) {
    const auto cell = random_cell<double>(which, 2, 3, engine, 0.9);
    if (!verify::memory_obstacle(layer_of(*cell)).empty()) continue;
    const Matrix<double> head = random_matrix<double>(4, cell->shape().output, engine);
    for (const verify::Observed& observed : {verify::Observed{.outputs = true}, verify::Observed{true, head}}) {
      verify::Memory w = some_witness(*cell, engine, observed);
      const Matrix<double> one = end_of(*cell, w.first, w), other = end_of(*cell, w.second, w);
      const Matrix<double> h = cell->output_of(one) - cell->output_of(other);
      const double gap = observed.head.size() > 0 ? (head * h).norm() : h.norm();
      ASSERT_GT(gap, 0.0);
      EXPECT_NEAR(ObservedStates(*cell, observed).gap(one, other), gap, 1e-12);
      w.gap = gap * (1.0 - 1e-9);
      EXPECT_TRUE(verify::verify_memory(layer_of(*cell), w).proved) << which.kind;
      w.gap = gap * (1.0 + 1e-9);
      EXPECT_FALSE(verify::verify_memory(layer_of(*cell), w).proved) << which.kind << ": no such gap";
      ++checked;
    }
  }
  EXPECT_GE(checked, 40);
}

/// ‖C s‖₂ ≤ c ‖s‖ for random states; in a max-norm with signs that C sees alike equality is near.
void expect_factors(const ObservedStates& states, const Matrix<double>& map, std::mt19937_64& engine, bool reads_a_head,
                    const std::string& kind) {
  const Index n = map.cols();
  const Vector<double> weights = random_matrix<double>(n, 1, engine).array().abs() + 0.1;
  Matrix<double> root = random_matrix<double>(n, n, engine);
  root.diagonal().array() += 2.0 * std::sqrt(static_cast<double>(n));  // so that rounding leaves the ninth digit
  Matrix<double> metric = root.transpose() * root;
  metric = (0.5 * (metric + metric.transpose())).eval();
  for (const Norm& norm : {Norm::inf(n), Norm::weighted_inf(weights), Norm::two(n), Norm::weighted_two(weights),
                           Norm::one(n), Norm::weighted_one(weights), Norm::quadratic(metric)}) {
    const double factor = states.from_norm(norm);
    for (int trial = 0; trial < 20; ++trial) {
      const Vector<double> s = random_matrix<double>(n, 1, engine);
      EXPECT_LE((map * s).norm(), factor * norm(s) * (1.0 + 1e-12)) << kind << " " << norm.name();
    }
    EXPECT_LE(factor, states.norm() * norm.to_euclidean() * (1.0 + 1e-9)) << kind << " " << norm.name();
  }
  const auto expect_factor = [&](const Norm& norm, double exact) {
    EXPECT_NEAR(states.from_norm(norm), exact, 1e-9 * exact) << kind << " " << norm.name();
  };
  expect_factor(Norm::weighted_inf(weights), (map.cwiseAbs() * weights).norm());
  expect_factor(Norm::weighted_one(weights), map.colwise().norm().cwiseQuotient(weights.transpose()).maxCoeff());
  // ‖C L⁻ᵀ‖₂ for P = L Lᵀ; of weighted two-norms the Frobenius norm where a head reads, which is that of one row.
  const Matrix<double> factor = metric.llt().matrixL(),
                       skewed = factor.triangularView<Eigen::Lower>().solve(map.transpose());
  const double exact = skewed.bdcSvd().singularValues()(0);
  EXPECT_GE(states.from_norm(Norm::quadratic(metric)), exact * (1.0 - 1e-12)) << kind;
  EXPECT_LE(states.from_norm(Norm::quadratic(metric)), exact * (1.0 + 1e-8)) << kind;
  const Matrix<double> scaled = map * weights.cwiseInverse().asDiagonal();
  const double two = scaled.bdcSvd().singularValues()(0), found = states.from_norm(Norm::weighted_two(weights));
  EXPECT_GE(found, two * (1.0 - 1e-12)) << kind;
  EXPECT_LE(found, std::max(two, reads_a_head ? scaled.norm() : 0.0) * (1.0 + 1e-9)) << kind;
}

TEST_F(Observed, NormBoundsTheOutputMapAndIsReached) {
  std::mt19937_64 engine(32);
  for (const CellCase& which : all_cell_cases()) {
    const auto cell = random_cell<double>(which, 2, 3, engine, 0.9);
    const Index n = cell->shape().state;
    const verify::Observed outputs{.outputs = true},
        head{true, random_matrix<double>(2, cell->shape().output, engine, 30.0)};
    for (const verify::Observed& observed : {verify::Observed{}, outputs, head}) {
      const ObservedStates states(*cell, observed);
      const Matrix<double> map = states.of(Matrix<double>::Identity(n, n));
      const double exact = map.bdcSvd().singularValues()(0);
      EXPECT_GE(states.norm(), exact * (1.0 - 1e-14)) << which.kind;
      // Of a head of two rows the Frobenius norm is taken.
      const double most = observed.head.size() == 0 ? exact : std::sqrt(2.0) * exact;
      EXPECT_LE(states.norm(), most * (1.0 + 1e-9)) << which.kind;
      expect_factors(states, map, engine, observed.head.size() > 0, which.kind);
    }
  }
}

/// h_i' = a_i h_i + x: two sums that do not see each other.
std::unique_ptr<Cell<double>> two_sums(double quick, double slow) {
  auto cell = make_cell<double>("linear", 1, 2, {});
  *find_parameter(cell->parameters(), "weight_hh_l0") << quick, 0.0, 0.0, slow;
  find_parameter(cell->parameters(), "weight_ih_l0")->setOnes();
  return cell;
}

TEST_F(Observed, HeadThatReadsTheQuickSumForgetsWithIt) {
  constexpr double epsilon = 1e-3, quick = 0.5;
  const auto cell = two_sums(quick, 0.95);
  const Matrix<double> head = (Matrix<double>(1, 2) << 3.0, 0.0).finished();
  const auto about = [&](const verify::Observed& observed) {
    return prove_memory(*cell,
                        {.epsilon = epsilon, .observed = observed, .inputs = InputSet::box(1.0), .seconds = 2.0});
  };
  const auto of_head = about({.outputs = true, .head = head}), of_states = about({});
  // 3 · 2 · 2^−k · 2 > 2ε for k < 12.55.
  ASSERT_TRUE(of_head.at_least());
  EXPECT_LE(*of_head.at_least(), 13);
  EXPECT_GE(*of_head.at_least(), 12);
  ASSERT_TRUE(of_states.at_least());
  EXPECT_GE(*of_states.at_least(), 100);
  // The gap that is drawn is that of the head.
  const auto run = witness_run(*cell, of_head);
  ASSERT_TRUE(run);
  EXPECT_GT(run->gap.back(), 2.0 * epsilon);
  EXPECT_LT(run->gap.front(), 3.0 * 4.0 + 1e-9);
}

TEST_F(Observed, VerifierRefusesHeadsThatDoNotFit) {
  const auto cell = two_sums(0.5, 0.9);
  std::mt19937_64 engine(33);
  verify::Memory w = some_witness(*cell, engine, {.outputs = true});
  ASSERT_TRUE(verify::verify_memory(layer_of(*cell), w).proved);
  const auto refused = [&](verify::Observed observed) {
    w.observed = std::move(observed);
    return verify::verify_memory(layer_of(*cell), w);
  };
  EXPECT_FALSE(refused({true, Matrix<double>::Ones(1, 3)}).proved) << "a column too many";
  EXPECT_FALSE(refused({false, Matrix<double>::Ones(1, 2)}).proved) << "of states";
  EXPECT_FALSE(refused({true, Matrix<double>::Constant(1, 2, std::nan(""))}).proved);
  EXPECT_FALSE(refused({true, Matrix<double>::Zero(1, 2)}).proved) << "sees nothing";
  EXPECT_TRUE(refused({true, Matrix<double>::Ones(1, 2)}).proved);
  EXPECT_THROW(ObservedStates(*cell, {true, Matrix<double>::Ones(1, 3)}), UsageError);
  EXPECT_THROW(ObservedStates(*cell, {true, Matrix<double>::Zero(1, 2)}), UsageError);
}

/// h_1' = tanh(3 h_1 + x) keeps one of two states for ever, h_2' = tanh(x) keeps nothing.
std::unique_ptr<Cell<double>> switch_beside_nothing() {
  auto cell = make_cell<double>("elman", 1, 2, {{"activation", "tanh"}});
  *find_parameter(cell->parameters(), "weight_hh_l0") << 3.0, 0.0, 0.0, 0.0;
  find_parameter(cell->parameters(), "weight_ih_l0")->setOnes();
  return cell;
}

TEST_F(Observed, BistableIsWhatTheHeadSeesOfIt) {
  const auto cell = switch_beside_nothing();
  const auto about = [&](const verify::Observed& observed) {
    return prove_memory(*cell, {.observed = observed, .inputs = InputSet::box(1.0), .seconds = 1.0});
  };
  const Matrix<double> sees = (Matrix<double>(1, 2) << 2.0, 0.0).finished(),
                       blind = (Matrix<double>(1, 2) << 0.0, 2.0).finished();
  const auto seen = about({true, sees});
  ASSERT_TRUE(seen.bistable);
  verify::Bistable w = *seen.bistable;
  const double apart = 2.0 * std::abs(w.first.center(0) - w.second.center(0));
  ASSERT_GT(apart, 1.0);
  w.gap = 0.5 * apart;
  EXPECT_TRUE(verify::verify_bistable(layer_of(*cell), w).proved);
  w.gap = apart * (1.0 + 1e-9);
  EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), w).proved) << "farther than they are";
  w.gap = 1e-3;
  w.observed.head = blind;
  EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), w).proved);
  EXPECT_FALSE(about({true, blind}).at_least());
}

/// What is enough grows with what a head makes of the states.
TEST_F(Observed, ContextThatIsEnoughGrowsWithTheHead) {
  const auto cell = two_sums(0.5, 0.9);
  const auto steps = [&](double epsilon, const verify::Observed& observed) {
    const LayerReport report =
        check(*cell, {.epsilon = epsilon, .observed = observed, .inputs = InputSet::box(1.0), .search_seconds = 0.5});
    EXPECT_TRUE(report.context && report.memory.at_least());
    EXPECT_LE(*report.memory.at_least(), report.context->steps);
    return report.context->steps;
  };
  const Matrix<double> head = (Matrix<double>(1, 2) << 0.0, 1024.0).finished();
  EXPECT_EQ(steps(1e-3, {true}), steps(1e-3, {}));
  EXPECT_EQ(steps(1e-3, {true, 1024.0 * Matrix<double>::Identity(2, 2)}), steps(1e-3 / 1024.0, {}));
  EXPECT_LE(steps(1e-3, {true, head}), steps(1e-3 / 1024.0, {})) << "one of the two is not looked at";
}

TEST_F(Observed, IsNeverLongerThanWhatIsEnough) {
  std::mt19937_64 engine(34);
  int both = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const std::vector<CellCase> cases{{"lstm", {}},
                                      {"gru", {{"reset", "after"}}},
                                      {"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                                      {"qrnn", {{"cap", "0.8"}, {"pooling", "fo"}}}};
    const auto cell = random_cell<double>(cases[static_cast<std::size_t>(trial) % 4], 2, 1 + trial % 3, engine, 0.4);
    verify::Observed observed{.outputs = true};
    if (trial % 2 == 1) observed.head = random_matrix<double>(2, cell->shape().output, engine, 5.0);
    const LayerReport report = check(*cell, {.observed = observed, .inputs = InputSet::box(1.0), .explain = false});
    if (!report.context) continue;
    const ProvedMemory memory =
        prove_memory(*cell, {.observed = observed, .inputs = InputSet::box(1.0), .seconds = 0.2});
    EXPECT_FALSE(memory.bistable);
    if (!memory.at_least()) continue;
    ++both;
    EXPECT_LE(*memory.at_least(), report.context->steps) << trial;
  }
  EXPECT_GE(both, 25);
}

TEST_F(Observed, MeasuredContextIsOneOfTheOutputs) {
  const auto cell = two_sums(0.5, 0.95);
  std::mt19937_64 engine(35);
  const std::vector<Matrix<double>> sequences{random_matrix<double>(1, 400, engine)};
  const Matrix<double> head = (Matrix<double>(1, 2) << 1.0, 0.0).finished();
  const auto measured = [&](const verify::Observed& observed) {
    return measured_along(*cell, {.observed = observed, .sequences = sequences}).steps;
  };
  ASSERT_TRUE(measured({}) && measured({true, head}));
  EXPECT_LE(*measured({true, head}), 12) << "2^−k · 2 is at most ε";
  EXPECT_GT(*measured({}), 60);
}

RecurrentLayer layer_named(const char* name, std::shared_ptr<const Cell<double>> cell) {
  RecurrentLayer layer;
  layer.name = name;
  layer.cell = cell->kind();
  layer.attributes = cell->attributes();
  layer.state_size = cell->shape().state;
  layer.whole = std::move(cell);
  return layer;
}

/// A slow layer below one that does not read it: the model's outputs need nothing of what its states do.
TEST_F(Observed, OutputsOfAModelDoNotNeedWhatItsLowestLayerNeeds) {
  auto joint = make_cell<double>("stack", 1, 1, {{"layer", "linear"}, {"layers", "2"}});
  for (auto& parameter : joint->parameters()) parameter.value.setZero();
  *find_parameter(joint->parameters(), "weight_hh_l0") << 0.95;
  *find_parameter(joint->parameters(), "weight_ih_l0") << 1.0;
  *find_parameter(joint->parameters(), "weight_hh_l1") << 0.5;
  const auto sum = [](double a, double x) {
    auto cell = make_cell<double>("linear", 1, 1, {});
    *find_parameter(cell->parameters(), "weight_hh_l0") << a;
    *find_parameter(cell->parameters(), "weight_ih_l0") << x;
    return std::shared_ptr<const Cell<double>>(std::move(cell));
  };
  const std::vector<RecurrentLayer> layers{layer_named("low", sum(0.95, 1.0)), layer_named("high", sum(0.5, 0.0))};
  const auto context_of = [&](bool outputs) {
    CheckOptions options{
        .observed = {.outputs = outputs}, .inputs = InputSet::box(1.0), .explain = false, .search_seconds = 0.5};
    const std::vector<LayerReport> reports{check(layers[0], options), check(layers[1], options)};
    return model_context(layers, reports, layer_named("low + high", joint->clone()), options);
  };
  const ModelContext of_states = context_of(false), of_outputs = context_of(true);
  ASSERT_TRUE(of_states.path && of_outputs.path);
  ASSERT_TRUE(of_states.at_least);
  EXPECT_GE(*of_states.at_least, 100);
  EXPECT_FALSE(of_outputs.at_least) << "the upper layer is zero whatever is read";
  EXPECT_FALSE(of_outputs.of_states);
}

}  // namespace
}  // namespace unrecur

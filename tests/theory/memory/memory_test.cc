// Memory witnesses: two input sequences that share their last k inputs and end more than 2ε apart.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/errors.h"
#include "models/layers/cell_registry.h"
#include "tests/theory/memory/witness_end.h"
#include "theory/certificates/input_sampler.h"
#include "theory/check/check.h"
#include "theory/memory/memory_proof.h"
#include "theory/memory/memory_search.h"
#include "theory/memory/witness_run.h"

namespace unrecur::memory_test {
namespace {

using testing::end_of;

/// h' = a h + x, |x| ≤ 1: states reach 1/(1 − a), so a pair is at most 2 a^k/(1 − a) apart after k common inputs.
std::unique_ptr<Cell<double>> leaky_sum(double a) {
  auto cell = make_cell<double>("linear", 1, 1, {});
  *find_parameter(cell->parameters(), "weight_hh_l0") << a;
  *find_parameter(cell->parameters(), "weight_ih_l0") << 1.0;
  return cell;
}

std::unique_ptr<Cell<double>> random_cell(const char* kind, Index m, Index n, double scale, std::uint64_t seed,
                                          Attributes attributes = {}) {
  auto cell = make_cell<double>(kind, m, n, attributes);
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal(0.0, scale / std::sqrt(static_cast<double>(n)));
  for (auto& p : cell->parameters()) p.value = p.value.unaryExpr([&](double) { return normal(engine); });
  return cell;
}

verify::Layer layer_of(const Cell<double>& cell) {
  return {cell.kind(), cell.attributes(), &cell.parameters()};
}

TEST(Memory, OfALeakySumComesNearTheExactOne) {
  constexpr double a = 0.9, epsilon = 1e-3;
  const auto cell = leaky_sum(a);
  const auto proved = prove_memory(*cell, {.epsilon = epsilon, .inputs = InputSet::box(1.0), .seconds = 1.0});
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  ASSERT_TRUE(proved.witness);
  // 2 a^k/(1 − a) > 2ε as long as k < ln(ε (1 − a))/ln a = 87.4; random sequences come near that, not up to it.
  EXPECT_LE(*proved.at_least(), 88);
  EXPECT_GE(*proved.at_least(), 70);
}

TEST(Memory, WitnessIsOneWhenRunInFloatingPoint) {
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  for (const char* kind : {"elman", "lstm", "gru"}) {
    const auto cell =
        random_cell(kind, 2, 4, 1.5, 3, std::string(kind) == "gru" ? Attributes{{"reset", "after"}} : Attributes{});
    const auto proved = prove_memory(*cell, {.inputs = InputSet::box(1.0), .seconds = 0.5});
    ASSERT_TRUE(proved.witness) << kind;
    const verify::Memory& w = *proved.witness;
    EXPECT_GT((end_of(*cell, w.first, w) - end_of(*cell, w.second, w)).norm(), 2e-3) << kind;
    EXPECT_LE(w.first.cwiseAbs().maxCoeff(), 1.0);
    EXPECT_LE(w.suffix.cwiseAbs().maxCoeff(), 1.0);
  }
}

TEST(Memory, IsNeverLongerThanAProvedContext) {
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  int proved_both = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const char* kind = seed % 3 == 0 ? "elman" : seed % 3 == 1 ? "lstm" : "gru";
    const auto cell =
        random_cell(kind, 1, 2, 0.5, seed, seed % 3 == 2 ? Attributes{{"reset", "before"}} : Attributes{});
    const LayerReport report = check(*cell, {.inputs = InputSet::box(1.0), .explain = false});
    const auto memory = prove_memory(*cell, {.inputs = InputSet::box(1.0), .seconds = 0.2});
    if (!report.context || !memory.witness) continue;
    ++proved_both;
    EXPECT_LE(*memory.at_least(), report.context->steps) << kind << " " << seed;
  }
  EXPECT_GE(proved_both, 6);
}

TEST(Memory, VerifierRefusesWhatIsNotSo) {
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  const auto cell = leaky_sum(0.5);
  verify::Memory w{.first = Matrix<double>::Constant(1, 1, 1.0),
                   .second = Matrix<double>::Constant(1, 1, -1.0),
                   .suffix = Matrix<double>::Zero(1, 1),
                   .steps = 10,
                   .gap = std::nextafter(2.0 * std::ldexp(1.0, -10), 0.0),
                   .bits_per_step = 1.0,
                   .inputs = {.low = -Vector<double>::Ones(1), .high = Vector<double>::Ones(1)}};
  EXPECT_TRUE(verify::verify_memory(layer_of(*cell), w).proved);

  verify::Memory near = w;
  near.gap = 2.0 * std::ldexp(1.0, -10);  // attained, and not more than that
  EXPECT_FALSE(verify::verify_memory(layer_of(*cell), near).proved);
  verify::Memory outside = w;
  outside.first(0, 0) = std::nextafter(1.0, 2.0);
  EXPECT_EQ(verify::verify_memory(layer_of(*cell), outside).reason, "an input of the sequences is not one of the set");
  verify::Memory longer = w;
  longer.steps = 11;
  EXPECT_FALSE(verify::verify_memory(layer_of(*cell), longer).proved);
  verify::Memory unfit = w;
  unfit.suffix = Matrix<double>::Zero(2, 1);
  EXPECT_FALSE(verify::verify_memory(layer_of(*cell), unfit).proved);
  verify::Memory nan = w;
  nan.first(0, 0) = std::nan("");
  EXPECT_FALSE(verify::verify_memory(layer_of(*cell), nan).proved);
}

/// h' = tanh(w h + x)
std::unique_ptr<Cell<double>> one_tanh(double w) {
  auto cell = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
  *find_parameter(cell->parameters(), "weight_hh_l0") << w;
  *find_parameter(cell->parameters(), "weight_ih_l0") << 1.0;
  return cell;
}

TEST(Bistable, TwoStatesOfOneUnitAreProvedAndVerifiedAgain) {
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  // tanh(3 h) = h at h = ±0.9949, with slopes of 0.03.
  const auto cell = one_tanh(3.0);
  const auto proved = prove_memory(*cell, {.inputs = InputSet::box(1.0), .seconds = 1.0});
  ASSERT_TRUE(proved.bistable);
  const verify::Bistable& w = *proved.bistable;
  EXPECT_TRUE(verify::verify_bistable(layer_of(*cell), w).proved);

  verify::Bistable farther = w;
  farther.gap = 2.0 * (w.first.center - w.second.center).norm();
  EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), farther).proved);
  verify::Bistable same = w;
  same.second = w.first;
  EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), same).proved) << "one set twice";
  verify::Bistable moved = w;
  moved.first.center(0) += 4.0 * w.first.radii(0) / std::abs(w.first.frame(0, 0));
  EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), moved).proved);
  verify::Bistable singular = w;
  singular.first.frame.setZero();
  EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), singular).proved);
  verify::Bistable early = w;
  early.steps = 0;
  early.first.prefix.resize(1, 0);
  EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), early).proved) << "zero is in none of the two sets";
}

// One step turns a box and makes it no smaller: rest was proved of no cell whose states circle on their
// way there.
TEST(Bistable, StatesMayTurnOnTheirWayToRest) {
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  // tanh(3 h) beside two units at rest, which would turn by 30 degrees and shrink by 0.98.
  auto cell = make_cell<double>("elman", 1, 3, {{"activation", "tanh"}});
  const double cos = 0.98 * std::sqrt(0.75), sin = 0.98 * 0.5;
  *find_parameter(cell->parameters(), "weight_hh_l0") << 3.0, 0.0, 0.0, 0.0, cos, -sin, 0.0, sin, cos;
  *find_parameter(cell->parameters(), "weight_ih_l0") << 1.0, 0.0, 0.0;
  const auto proved = prove_memory(*cell, {.inputs = InputSet::box(1.0), .seconds = 1.0});
  ASSERT_TRUE(proved.bistable);
  verify::Bistable w = *proved.bistable;
  EXPECT_EQ(w.period, 16) << "0.98^16 (cos + sin) 120 degrees is 0.989, 0.98^8 is 1.16";
  EXPECT_TRUE(verify::verify_bistable(layer_of(*cell), w).proved);
  w.period = 3;  // by a right angle: the box is one again
  EXPECT_TRUE(verify::verify_bistable(layer_of(*cell), w).proved);
  for (const long long wrong : {1, 2, 8, 0, -4, 1 << 20}) {
    w.period = wrong;
    EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), w).proved) << wrong;
  }
}

TEST(Bistable, OfAStackTheUpperLayerMayKeepTwoStates) {
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  // h' = tanh(h/2 + x), g' = tanh(3 g + h'): the lower layer has one state under each input.
  auto cell = make_cell<double>("stack", 1, 1, {{"layer", "elman"}, {"layers", "2"}, {"activation", "tanh"}});
  for (auto& parameter : cell->parameters()) parameter.value.setZero();
  *find_parameter(cell->parameters(), "weight_hh_l0") << 0.5;
  *find_parameter(cell->parameters(), "weight_ih_l0") << 1.0;
  *find_parameter(cell->parameters(), "weight_hh_l1") << 3.0;
  *find_parameter(cell->parameters(), "weight_ih_l1") << 1.0;
  const auto proved = prove_memory(*cell, {.inputs = InputSet::box(1.0), .seconds = 2.0});
  ASSERT_TRUE(proved.bistable);
  verify::Bistable w = *proved.bistable;
  EXPECT_TRUE(verify::verify_bistable(layer_of(*cell), w).proved);
  w.gap = 2.0 * (w.first.center - w.second.center).norm();
  EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), w).proved);
  // With a slope below 1 the upper layer forgets, too.
  *find_parameter(cell->parameters(), "weight_hh_l1") << 0.9;
  EXPECT_FALSE(prove_memory(*cell, {.inputs = InputSet::box(1.0), .seconds = 0.3}).bistable);
  EXPECT_FALSE(verify::verify_bistable(layer_of(*cell), *proved.bistable).proved);
}

TEST(Bistable, NothingIsFoundWhereThereIsOneFixedPoint) {
  for (const double w : {0.5, 0.99, 1.0}) {
    EXPECT_FALSE(prove_memory(*one_tanh(w), {.inputs = InputSet::box(1.0), .seconds = 0.3}).bistable) << w;
  }
}

TEST(Memory, EnclosureDoesNotForgetThatANumberOccursTwice) {
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  // A GRU whose update gate keeps 99 percent: h occurs in z h and, by 1 - z, beside it. 2,000 steps at 80 bits.
  auto cell = make_cell<double>("gru", 1, 1, {{"reset", "after"}});
  *find_parameter(cell->parameters(), "weight_ih_l0") << 0.0, 0.0, 1.0;
  *find_parameter(cell->parameters(), "weight_hh_l0") << 0.5, 0.3, 0.5;
  *find_parameter(cell->parameters(), "bias_ih_l0") << 0.0, 5.0, 0.0;
  verify::Memory w{.first = Matrix<double>::Constant(1, 400, 1.0),
                   .second = Matrix<double>::Constant(1, 400, -1.0),
                   .suffix = Matrix<double>::Zero(1, 1),
                   .steps = 1000,
                   .gap = 2e-3};
  EXPECT_TRUE(verify::verify_memory(layer_of(*cell), w).proved);
}

TEST(Memory, TooFewBitsProveNothing) {
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  // Both runs go to the same fixed point of tanh(3h + x), by ways that pull neighbours apart at first.
  const auto cell = random_cell("lstm", 2, 6, 6.0, 11);
  const auto pair = find_memory(*cell, {.inputs = InputSet::box(1.0), .longest = 400, .seconds = 0.5});
  ASSERT_TRUE(pair);
  verify::Memory w{
      .first = pair->first, .second = pair->second, .suffix = pair->suffix, .steps = pair->steps, .gap = 1e30};
  EXPECT_FALSE(verify::verify_memory(layer_of(*cell), w).proved);
}

TEST(Memory, StopsWhenAsked) {
  const auto cell = random_cell("lstm", 4, 32, 2.0, 5);
  int asked = 0;
  const auto start = std::chrono::steady_clock::now();
  prove_memory(*cell, {.inputs = InputSet::box(1.0), .seconds = 60.0, .stop = [&] { return ++asked > 3; }});
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 5.0);
}

TEST(Memory, RunsOfAWitnessAreThoseThatWereProved) {
  if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  const auto cell = leaky_sum(0.8);
  const auto proved = prove_memory(*cell, {.inputs = InputSet::box(1.0), .seconds = 0.5});
  ASSERT_TRUE(proved.witness);
  const auto run = witness_run(*cell, proved);
  ASSERT_TRUE(run);
  ASSERT_EQ(run->steps.size(), static_cast<std::size_t>(proved.witness->steps) + 1);
  const auto& w = *proved.witness;
  EXPECT_NEAR(run->gap.back(), (end_of(*cell, w.first, w) - end_of(*cell, w.second, w)).norm(), 1e-14);
  for (std::size_t i = 0; i < run->gap.size(); ++i) {
    EXPECT_NEAR(run->gap[i], run->first[i] - run->second[i], 1e-12) << "of one unit they are the same";
    if (i > 0) {
      EXPECT_NEAR(run->gap[i], 0.8 * run->gap[i - 1], 1e-12);
    }
  }
  EXPECT_LE(witness_run(*cell, proved, 10)->steps.size(), 20u);
  EXPECT_FALSE(witness_run(*cell, {}));
}

TEST(Memory, SearchRefusesWhatMakesNoSense) {
  const auto cell = leaky_sum(0.5);
  EXPECT_THROW(find_memory(*cell, {.epsilon = 0.0}), UsageError);
  EXPECT_THROW(find_memory(*cell, {.epsilon = std::nan("")}), UsageError);
  EXPECT_THROW(find_memory(*cell, {.inputs = InputSet::box(Vector<double>::Zero(3), Vector<double>::Ones(3))}),
               UsageError);
}

TEST(InputSampler, StaysInTheSet) {
  Matrix<double> words(2, 3);
  words << 1, 2, 3, 4, 5, 6;
  InputSampler windows(InputSet::windows(words, 2), 4, 7);
  for (int i = 0; i < 50; ++i) {
    const Vector<double> x = windows.redrawn(windows.extreme(), 0.5);
    for (const Index place : {0, 2}) EXPECT_EQ(x(place + 1), x(place) + 3.0);
    const Vector<double> moved = windows.towards(x, windows.extreme(), 0.5);
    for (const Index place : {0, 2}) EXPECT_EQ(moved(place + 1), moved(place) + 3.0);
  }
  InputSampler box(InputSet::box(Vector<double>::Constant(3, -0.25), Vector<double>::Constant(3, 2.0)), 3, 7);
  const Matrix<double> walk = box.walk(40, 0.3);
  EXPECT_TRUE(((walk.array() == -0.25) || (walk.array() == 2.0)).all());
  EXPECT_EQ(box.middle()(0), 0.875);
  for (int i = 0; i < 50; ++i) {
    const Vector<double> end = box.extreme(), moved = box.towards(box.middle(), end, 0.5);
    for (Index j = 0; j < 3; ++j) {
      EXPECT_GE((moved(j) - 0.875) * (end(j) - 0.875), 0.0) << "on its way to the end";
      EXPECT_LE(std::abs(moved(j) - 0.875), 1.125);
    }
  }
}

}  // namespace
}  // namespace unrecur::memory_test

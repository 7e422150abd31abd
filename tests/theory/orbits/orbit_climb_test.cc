#include "theory/orbits/orbit_climb.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/models/random_model.h"
#include "theory/certificates/input_sampler.h"
#include "theory/orbits/orbit_ascents.h"
#include "theory/orbits/orbit_finder.h"
#include "theory/orbits/orbit_map.h"
#include "theory/orbits/orbit_search.h"

namespace unrecur {
namespace {

using testing::random_cell;

constexpr double kNever = 1e300;

/// h' = tanh(w h + x).
std::unique_ptr<Cell<double>> driven_unit(double w) {
  auto cell = make_cell<double>("elman", 1, 1, {});
  cell->parameters()[0].value(0) = 1.0;
  cell->parameters()[1].value(0) = w;
  return cell;
}

InputSet::Box interval(double low, double high) {
  return {Vector<double>::Constant(1, low), Vector<double>::Constant(1, high)};
}

/// The fixed point at h: x = atanh h − w h, slope w (1 − h²).
Orbit fixed_at(double h, double w) {
  return {Matrix<double>::Constant(1, 1, std::atanh(h) - w * h),
          Matrix<double>::Constant(1, 1, h),
          std::nullopt,
          {std::abs(w) * (1.0 - h * h), Rigour::floating}};
}

Orbit climbed(const Cell<double>& cell, const Orbit& start, const InputSet::Box& box,
              const OrbitClimbOptions& options = {}) {
  const auto top = climbed_orbit(cell, start, box, options);
  EXPECT_TRUE(top);
  return top.value_or(start);
}

void expect_orbit(const Cell<double>& cell, const Orbit& orbit) {
  const OrbitMap map(cell, orbit.inputs);
  EXPECT_LT((map.image(orbit.states) - orbit.states).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(OrbitClimb, PassesTheFoldWhereAStableFixedPointEnds) {
  // From h = 0.95 (slope 0.195) over the fold at h² = 1/2 (slope 1) to the unstable one at 0, whose slope is w = 2.
  const auto cell = driven_unit(2.0);
  const Orbit top = climbed(*cell, fixed_at(0.95, 2.0), interval(-1.0, 1.0), {.steps = 200, .enough = kNever});
  expect_orbit(*cell, top);
  EXPECT_NEAR(top.radius.value, 2.0, 1e-6);
  EXPECT_NEAR(top.states(0), 0.0, 1e-3);
}

TEST(OrbitClimb, EndsWhereItIsEnough) {
  const Orbit top = climbed(*driven_unit(2.0), fixed_at(0.95, 2.0), interval(-1.0, 1.0), {.enough = 1.2});
  EXPECT_GE(top.radius.value, 1.2);
  EXPECT_LT(top.radius.value, 2.0);
}

TEST(OrbitClimb, StaysInTheBox) {
  // Uphill is towards x = 0, which is not in the box: its end x = 0.3 is exactly where the climb ends.
  const auto cell = driven_unit(0.5);
  const double start = 0.7, x = std::atanh(start) - 0.5 * start;
  ASSERT_GT(x, 0.3);
  const Orbit top = climbed(*cell, fixed_at(start, 0.5), interval(0.3, 1.0), {.steps = 200, .enough = kNever});
  expect_orbit(*cell, top);
  EXPECT_EQ(top.inputs(0), 0.3);
  double h = 0.0;
  for (int i = 0; i < 200; ++i) h = std::tanh(0.5 * h + 0.3);
  EXPECT_NEAR(top.radius.value, 0.5 * (1.0 - h * h), 1e-9);
}

TEST(OrbitClimb, LeavesAloneWhatHasNoGradient) {
  std::mt19937_64 engine(3);
  const auto linear = random_cell<double>({"linear", {}}, 2, 4, engine, 0.3);
  const auto start = find_fixed_point(*linear, InputSet::box(0.0));
  ASSERT_TRUE(start);
  const InputSet::Box box{Vector<double>::Constant(2, -1.0), Vector<double>::Constant(2, 1.0)};
  EXPECT_EQ(climbed(*linear, *start, box).inputs, start->inputs);
}

TEST(OrbitClimb, BeginsNearAnOrbitToo) {
  const auto cell = driven_unit(2.0);
  Orbit start = fixed_at(0.95, 2.0);
  start.states(0) = 0.9;
  start.inputs(0) += 0.05;
  expect_orbit(*cell, climbed(*cell, start, interval(-1.0, 1.0), {.steps = 0}));
}

TEST(OrbitClimb, BringsTheInputsOfTheStartIntoTheBox) {
  const auto cell = driven_unit(0.5);
  const Orbit top = climbed(*cell, fixed_at(0.95, 0.5), interval(0.3, std::nextafter(0.3, 1.0)), {.steps = 0});
  expect_orbit(*cell, top);
  EXPECT_GE(top.inputs(0), 0.3);
  EXPECT_LE(top.inputs(0), std::nextafter(0.3, 1.0));
}

class OrbitClimbKinds : public ::testing::TestWithParam<testing::CellCase> {};

TEST_P(OrbitClimbKinds, NeverDescendsAndEndsAtAnOrbitOfTheBox) {
  std::mt19937_64 engine(5);
  const InputSet set =
      InputSet::box((Vector<double>(3) << -0.5, 0.2, 0.1).finished(), (Vector<double>(3) << 0.7, 0.2, 2.0).finished());
  const InputSet::Box box = *set.box_around(3);
  int higher = 0;
  for (int trial = 0; trial < 30; ++trial) {
    const auto cell = random_cell<double>(GetParam(), 3, 1 + trial % 5, engine, 1.0 + trial % 3);
    const Index period = 1 + trial % 3;
    InputSampler sampler(set, 3, static_cast<std::uint64_t>(trial));
    const OrbitMap map(*cell, sampler.walk(period, 1.0));
    const auto start = map.newton(map.settled(Matrix<double>::Zero(map.states(), period), 100), {});
    if (!start) continue;
    const Orbit top = climbed(*cell, *start, box);
    expect_orbit(*cell, top);
    EXPECT_GE(top.radius.value, start->radius.value * (1.0 - 1e-9));
    higher += top.radius.value > start->radius.value * 1.01 ? 1 : 0;
    for (Index t = 0; t < period; ++t) {
      EXPECT_TRUE((top.inputs.col(t).array() >= box.low.array()).all());
      EXPECT_TRUE((top.inputs.col(t).array() <= box.high.array()).all());
    }
    // What is said of the radius holds, where it can be proved.
    const auto proved = proved_orbit(*cell, top);
    EXPECT_LE(proved ? proved->radius.value : 0.0, top.radius.value * (1.0 + 1e-6));
  }
  EXPECT_GT(higher, 8);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, OrbitClimbKinds,
    ::testing::Values(testing::CellCase{"elman", {}}, testing::CellCase{"elman", {{"leak", "0.4"}}},
                      testing::CellCase{"lstm", {}}, testing::CellCase{"capped_lstm", {{"cap", "0.98"}}},
                      testing::CellCase{"gru", {{"reset", "after"}}}, testing::CellCase{"gru", {{"reset", "before"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "lstm"}, {"width", "3,1"}}}));

TEST(OrbitSearch, RefutesCellsOfManyInputsThatOnlyCombinationsOfThemDriveThere) {
  // Eight corners of a box of 60 inputs say little of it.
  const InputSet set = InputSet::box(1.0), corners = InputSet::columns(set.examples(60, 8));
  const auto refutes = [](const Cell<double>& cell, const InputSet& inputs) {
    const auto found = find_fixed_point(cell, inputs);
    EXPECT_TRUE(!found || found->inputs.cwiseAbs().maxCoeff() <= 1.0) << "an input of the set, to the last bit";
    return found && found->distance && found->radius.value >= 1.0 ? 1 : 0;
  };
  int by_corners = 0, by_climbing = 0;
  for (const testing::CellCase& kind :
       {testing::CellCase{"lstm", {}}, testing::CellCase{"gru", {{"reset", "after"}}}}) {
    std::mt19937_64 engine(8);
    for (int trial = 0; trial < 20; ++trial) {
      const auto cell = random_cell<double>(kind, 60, 4, engine, 2.0);
      cell->parameters()[0].value *= 0.1;
      by_corners += refutes(*cell, corners);
      by_climbing += refutes(*cell, set);
    }
  }
  EXPECT_LE(by_corners, 15);
  EXPECT_GE(by_climbing, 24);
}

TEST(OrbitSearch, AnOrbitThatIsKnownBadlyEndsNoSearch) {
  // The verifier takes its largest distance for all entries, and may then prove nothing of it: the second LSTM of a
  // published speech detector had such an orbit, found first.
  Orbit orbit = fixed_at(0.0, 2.0);
  EXPECT_FALSE(refutes(orbit)) << "not proved";
  orbit.radius.rigour = Rigour::proved;
  orbit.distance = 1e-12;
  EXPECT_TRUE(refutes(orbit));
  orbit.distance = 1e-3;
  EXPECT_FALSE(refutes(orbit));
  const auto cell = driven_unit(2.0);
  Orbits found{orbit, fixed_at(0.0, 2.0)};
  EXPECT_TRUE(refutes(found, *cell)) << "the same, not proved yet";
  Orbits stable{fixed_at(0.95, 2.0)};
  EXPECT_FALSE(refutes(stable, *cell));
}

TEST(OrbitSearch, SpellsWordsOfALargerRadiusThanChanceDoes) {
  std::mt19937_64 engine(9);
  int better = 0;
  for (int trial = 0; trial < 10; ++trial) {
    const auto cell = random_cell<double>({"lstm", {}}, 3, 2, engine, 1.0);
    const InputSet letters = InputSet::columns(testing::random_matrix<double>(3, 12, engine));
    InputSampler sampler(letters, 3, 31);
    double by_chance = 0.0;
    for (int word = 0; word < 40; ++word) {
      const OrbitMap map(*cell, sampler.walk(2 + word % 5, 1.0));
      const auto orbit = map.newton(map.settled(Matrix<double>::Zero(map.states(), map.period()), 100), {});
      if (orbit) by_chance = std::max(by_chance, orbit->radius.value);
    }
    const auto found = find_cycle(*cell, letters);
    ASSERT_TRUE(found);
    better += found->radius.value > std::min(by_chance, 1.0) ? 1 : 0;
    for (Index t = 0; t < found->period(); ++t) {
      const auto differences = letters.columns().colwise() - found->inputs.col(t);
      EXPECT_EQ(differences.cwiseAbs().colwise().sum().minCoeff(), 0.0);
    }
  }
  EXPECT_GE(better, 9);
}

TEST(OrbitWords, AreTheSameOnAnyNumberOfThreads) {
  std::mt19937_64 engine(10);
  for (int trial = 0; trial < 4; ++trial) {
    const auto cell = random_cell<double>({"lstm", {}}, 3, 2, engine, 1.0);
    const InputSet letters = InputSet::columns(testing::random_matrix<double>(3, 5, engine)), box = InputSet::box(1.0);
    const auto found = [&](int threads) {
      Orbits orbits;
      const OrbitSearchOptions options{.execution = {.stop = {}, .threads = threads}};
      spell_orbits(orbits, *cell, letters, 2, 4, 12, options);
      climb_orbits(orbits, *cell, box, 1, 6, options);
      return orbits;
    };
    const Orbits alone = found(1), together = found(3);
    ASSERT_EQ(alone.size(), together.size());
    ASSERT_FALSE(alone.empty());
    for (std::size_t i = 0; i < alone.size(); ++i) {
      EXPECT_EQ(alone[i].inputs, together[i].inputs);
      EXPECT_EQ(alone[i].states, together[i].states);
      EXPECT_EQ(alone[i].radius.value, together[i].radius.value);
    }
  }
}

// Under most words of these two letters the unit settles near 1 or −1, where its slope is small, and between them lies
// an orbit that no run stays near.
TEST(OrbitWords, OrbitsThatRunsLeaveAreFoundToo) {
  const auto cell = driven_unit(1.5);
  const InputSet inputs = InputSet::columns((Matrix<double>(1, 2) << -0.2, 0.25).finished());
  Orbits found;
  EXPECT_TRUE(spell_orbits(found, *cell, inputs, 5, 6, 40, {}));
  ASSERT_FALSE(found.empty());
  const Orbit& last = found.back();
  EXPECT_TRUE(refutes(last));
  EXPECT_GE(last.period(), 5);
  EXPECT_FALSE(stands_still(last));
  EXPECT_LT(last.states.cwiseAbs().maxCoeff(), 0.6) << "between the two that attract";
  // Of slope 1 at most there is none.
  found.clear();
  EXPECT_FALSE(spell_orbits(found, *driven_unit(0.99), inputs, 5, 6, 40, {}));
}

}  // namespace
}  // namespace unrecur

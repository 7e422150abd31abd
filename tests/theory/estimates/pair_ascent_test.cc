#include "theory/estimates/pair_ascent.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/theory/estimates/known_maps.h"
#include "theory/arithmetic/eigen.h"
#include "theory/estimates/iterated_pairs.h"

namespace unrecur {
namespace {

using testing::random_matrix;

std::vector<InputWindow> drawn_windows(const DrivenSystem& system, Index length, Index count, std::mt19937_64& engine) {
  const std::vector<Matrix<double>> x{random_matrix<double>(system.input_size(), 3 * length + 20, engine)};
  return sample_windows(system, x, {.length = length, .count = count, .settle = 10});
}

double ratio_of(const DrivenSystem& system, const InputWindow& window, Index r, const Vector<double>& first,
                const Vector<double>& second) {
  const auto x = window.inputs.leftCols(r);
  return (run_from(system, first, x) - run_from(system, second, x)).norm() / (first - second).norm();
}

TEST(IteratedPairs, GradientsAreCentralDifferences) {
  std::mt19937_64 engine(71);
  for (const testing::CellCase& c : testing::all_cell_cases()) {
    if (c.attributes.count("activation") && c.attributes.at("activation") == "relu") continue;  // kinks
    const auto cell = testing::random_cell<double>(c, 2, 3, engine);
    const CellSystem system(*cell);
    const auto windows = drawn_windows(system, 4, 2, engine);
    const std::vector<Index> window_of{0, 1, 1};
    const IteratedPairs pairs(system, windows, window_of, 3);
    Matrix<double> states = random_matrix<double>(system.state_size(), 6, engine);
    const IteratedPairs::Ratios ratios = pairs.evaluate(states);
    for (Index p = 0; p < 3; ++p) {
      const auto& window = windows[static_cast<std::size_t>(window_of[static_cast<std::size_t>(p)])];
      EXPECT_NEAR(ratios.log(p), std::log(ratio_of(system, window, 3, states.col(p), states.col(3 + p))), 1e-10);
    }
    for (Index i = 0; i < states.size(); ++i) {
      const double at = states.data()[i], h = 1e-6;
      const Index p = (i / states.rows()) % 3;
      states.data()[i] = at + h;
      const double above = pairs.evaluate(states).log(p);
      states.data()[i] = at - h;
      const double below = pairs.evaluate(states).log(p);
      states.data()[i] = at;
      EXPECT_NEAR(ratios.gradient.data()[i], (above - below) / (2.0 * h), 1e-6) << c.kind;
    }
  }
}

TEST(PairAscent, FindsTheNormOfALinearMap) {
  std::mt19937_64 engine(72);
  const Matrix<double> a = random_matrix<double>(8, 8, engine, 0.4);
  const auto map = testing::linear_map(a);
  const auto windows = drawn_windows(map, 4, 3, engine);
  const std::vector<Index> steps{1, 2, 4};
  const PairRatios found = climb_pairs(map, windows, steps, {.starts = 3, .iterations = 100});
  ASSERT_EQ(found.ratios.size(), 3U) << found.failure;
  Matrix<double> power = a;
  for (const PairRatio& ratio : found.ratios) {
    while (ratio.steps == 2 && power == a) power = a * a;
    if (ratio.steps == 4) power = power * power;
    const double norm = right_singular(power).values(0);
    EXPECT_LE(ratio.worst.value, norm * (1.0 + 1e-9));
    EXPECT_GE(ratio.worst.value, norm * 0.999) << "r = " << ratio.steps;
    EXPECT_LE(ratio.unclimbed.value, ratio.worst.value);
    EXPECT_LE(ratio.median.value, ratio.worst.value);
  }
}

TEST(PairAscent, FindsTheSteepestPairOfOneUnit) {
  // h' = tanh(1.5 h): the steepest secant is at 0, where the slope is 1.5; on [0.5, 1] it is 1.5/cosh²(0.75) at 0.5.
  const auto cell = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
  cell->parameters()[1].value(0) = 1.5;
  const CellSystem system(*cell);
  const std::vector<InputWindow> windows{{Vector<double>::Constant(1, 0.8), Matrix<double>::Zero(1, 3)}};
  const std::vector<Index> steps{1, 3};
  const auto box = [](double low, double high) {
    return PairAscentOptions{
        .starts = 6, .low = Vector<double>::Constant(1, low), .high = Vector<double>::Constant(1, high)};
  };
  const PairRatios wide = climb_pairs(system, windows, steps, box(-1.0, 1.0));
  EXPECT_NEAR(wide.ratios[0].worst.value, 1.5, 1e-3);
  EXPECT_NEAR(wide.ratios[1].worst.value, 1.5 * 1.5 * 1.5, 1e-2);
  const PairRatios half = climb_pairs(system, windows, steps, box(0.5, 1.0));
  EXPECT_NEAR(half.ratios[0].worst.value, 1.5 / std::pow(std::cosh(0.75), 2), 1e-2);
  EXPECT_GE(half.ratios[0].first(0), 0.5);
}

TEST(PairAscent, ItsWorstPairIsOneAndTheAscentBringsSomething) {
  std::mt19937_64 engine(73);
  const auto cell = testing::random_cell<double>({"lstm", {}}, 3, 6, engine, 0.9);
  const CellSystem system(*cell);
  const auto windows = drawn_windows(system, 8, 4, engine);
  const std::vector<Index> steps{1, 8};
  const PairRatios found = climb_pairs(system, windows, steps, {.starts = 3, .group = 5});
  for (const PairRatio& ratio : found.ratios) {
    const auto& window = windows[static_cast<std::size_t>(ratio.window)];
    EXPECT_NEAR(ratio_of(system, window, ratio.steps, ratio.first, ratio.second) / ratio.worst.value, 1.0, 1e-8);
    EXPECT_GT(ratio.worst.value, 1.01 * ratio.unclimbed.value);
    EXPECT_GE((ratio.first - ratio.second).norm(), 1e-4);
  }
  const PairRatios again = climb_pairs(system, windows, steps, {.starts = 3, .group = 5});
  EXPECT_EQ(again.ratios[1].worst.value, found.ratios[1].worst.value) << "the same every time";
  const PairRatios grouped = climb_pairs(system, windows, steps, {.starts = 3, .group = 1});
  EXPECT_NEAR(grouped.ratios[0].worst.value / found.ratios[0].worst.value, 1.0, 1e-6)
      << "groups are a matter of memory";
}

TEST(PairAscent, SaysFromWhichIterationOnItContracts) {
  const auto ratios = [](std::vector<std::pair<Index, double>> list) {
    std::vector<PairRatio> all;
    for (const auto& [r, worst] : list) all.push_back({.steps = r, .worst = {worst}, .median = {0}, .unclimbed = {0}});
    return all;
  };
  EXPECT_EQ(contracts_from(ratios({{1, 2.0}, {2, 0.9}, {4, 1.1}, {8, 0.5}, {16, 0.1}})), 8);
  EXPECT_EQ(contracts_from(ratios({{1, 0.9}, {2, 0.8}})), 1);
  EXPECT_EQ(contracts_from(ratios({{1, 0.9}, {2, 1.0}})), std::nullopt);
  EXPECT_EQ(contracts_from({}), std::nullopt);
}

TEST(PairAscent, IsRefusedAndFailsWithReasons) {
  const auto map = testing::linear_map(10.0 * Matrix<double>::Identity(2, 2));
  const std::vector<InputWindow> windows{{Vector<double>::Ones(2), Matrix<double>::Zero(2, 400)}};
  const std::vector<Index> beyond{401}, all{400}, one{1};
  EXPECT_THROW(climb_pairs(map, windows, beyond), UsageError);
  EXPECT_THROW(climb_pairs(map, windows, one, {.low = Vector<double>::Zero(2), .high = Vector<double>::Zero(2)}),
               UsageError);
  EXPECT_THROW(climb_pairs(map, windows, one, {.low = Vector<double>::Zero(3), .high = Vector<double>::Ones(3)}),
               UsageError);
  EXPECT_FALSE(climb_pairs(map, windows, all).failure.empty());
  EXPECT_FALSE(climb_pairs(map, {}, one).failure.empty());
}

}  // namespace
}  // namespace unrecur

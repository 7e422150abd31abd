#include "reports/blocks/thinned.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace unrecur::reports::thinned_test {
namespace {

Figure figure_of(int points, const std::function<double(double)>& y) {
  Figure figure;
  figure.families = {{"f", "f"}};
  Curve curve{"f", std::nullopt, {}, {}};
  for (int i = 1; i <= points; ++i) {
    curve.x.push_back(i);
    curve.y.push_back(y(i));
  }
  figure.curves.push_back(curve);
  return figure;
}

/// The largest distance of a left-out point from the line between its kept neighbours, as a share of the plot's height.
double worst(const Figure& figure, bool log_x, bool log_y) {
  const Curve& c = figure.curves.front();
  const auto tx = [&](double v) { return log_x ? std::log(v) : v; };
  const auto ty = [&](double v) { return log_y ? std::log(v) : v; };
  double low = ty(c.y[0]), high = low, largest = 0;
  for (const double v : c.y) {
    low = std::min(low, ty(v));
    high = std::max(high, ty(v));
  }
  const auto kept = visible_points(figure, c);
  for (std::size_t k = 1; k < kept.size(); ++k) {
    const std::size_t a = kept[k - 1], b = kept[k];
    for (std::size_t i = a + 1; i < b; ++i) {
      const double share = (tx(c.x[i]) - tx(c.x[a])) / (tx(c.x[b]) - tx(c.x[a]));
      largest = std::max(largest, std::abs(ty(c.y[i]) - ty(c.y[a]) - share * (ty(c.y[b]) - ty(c.y[a]))) / (high - low));
    }
  }
  return largest;
}

TEST(Thinned, WhatIsLeftOutLiesOnTheLinesWhateverTheAxes) {
  const std::function<double(double)> shapes[] = {[](double k) { return 5 * std::pow(0.95, k); },
                                                  [](double k) { return 2 + std::sin(k / 60); },
                                                  [](double k) { return std::sqrt(k); }};
  for (const auto& shape : shapes) {
    const Figure figure = figure_of(400, shape);
    const auto kept = visible_points(figure, figure.curves[0]);
    EXPECT_EQ(kept.front(), 0u);
    EXPECT_EQ(kept.back(), 399u);
    EXPECT_LT(kept.size(), 300u);
    EXPECT_GT(kept.size(), 2u);
    for (const bool log_x : {false, true}) {
      for (const bool log_y : {false, true}) EXPECT_LE(worst(figure, log_x, log_y), 1.0 / 800 + 1e-12);
    }
  }
}

TEST(Thinned, KeepsASpikeAndEveryPointOfAShortCurve) {
  const Figure spike = figure_of(500, [](double k) { return k == 250 ? 2.0 : 1.0; });
  const auto kept = visible_points(spike, spike.curves[0]);
  EXPECT_EQ(kept, (std::vector<std::size_t>{0, 248, 249, 250, 499}));
  const Figure few = figure_of(100, [](double) { return 1.0; });
  EXPECT_EQ(visible_points(few, few.curves[0]).size(), 100u);
}

TEST(Thinned, SymbolsWithoutALineAreAllKept) {
  Figure figure = figure_of(500, [](double) { return 1.0; });
  EXPECT_EQ(visible_points(figure, figure.curves[0]).size(), 2u);
  figure.families[0].points = true;
  EXPECT_EQ(visible_points(figure, figure.curves[0]).size(), 500u);
}

TEST(Thinned, ZerosThatALogarithmicAxisCannotShowAreKept) {
  const Figure figure = figure_of(300, [](double k) { return k < 200 ? std::pow(0.5, k / 10) : 0.0; });
  const auto kept = visible_points(figure, figure.curves[0]);
  EXPECT_NE(std::find(kept.begin(), kept.end(), 198u), kept.end()) << "the last point before the zeros";
}

}  // namespace
}  // namespace unrecur::reports::thinned_test

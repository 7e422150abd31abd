#include "theory/gated/reachable_box.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/models/random_model.h"
#include "theory/gated/supremum.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

Interval square(const Interval& x) {
  const double low = x.mignitude(), high = x.magnitude();
  return {multiply_down(low, low), multiply_up(high, high)};
}

/// y − (x − 0.3)²: rises in y, has a hill in x.
FunctionOver hill(const Intervals& box) {
  const Interval off = box[0] - exactly(0.3);
  return {box[1] - square(off), {exactly(-2.0) * off, exactly(1.0)}};
}
/// x y
FunctionOver saddle(const Intervals& box) {
  return {box[0] * box[1], {box[1], box[0]}};
}

TEST(Supremum, IsAboveTheLargestValueAndAsNearAsAsked) {
  const Intervals box{{-1.0, 1.0}, {-2.0, 0.5}};
  const double found = supremum_up(&hill, box, 1e-6, 10'000);
  EXPECT_GE(found, 0.5);
  EXPECT_LT(found, 0.5 + 1e-6);
  EXPECT_NEAR(supremum_up(&saddle, {{-1.0, 1.0}, {-2.0, 0.5}}, 1e-9, 1000), 2.0, 1e-9);
  EXPECT_NEAR(supremum_up(&saddle, {{0.5, 1.0}, {-2.0, -0.5}}, 1e-9, 1), -0.25, 1e-12)
      << "monotone: one look is enough";
  EXPECT_NEAR(supremum_up(&hill, {{0.7, 0.7}, {0.1, 0.1}}, 1e-9, 1), 0.1 - 0.16, 1e-12);
}

TEST(Supremum, IsABoundHoweverFewPartsThereAre) {
  for (const int parts : {1, 3, 9, 50}) EXPECT_GE(supremum_up(&hill, {{-1.0, 1.0}, {0.0, 1.0}}, 0.0, parts), 1.0);
}

/// Inputs that jump between corners and stay there for a while: they drive states far.
template <class Look>
void drive(const Cell<double>& cell, double bound, std::mt19937_64& engine, const Look& look) {
  const CellShape shape = cell.shape();
  constexpr Index runs = 100;
  Matrix<double> state = Matrix<double>::Zero(shape.state, runs), x = Matrix<double>::Zero(shape.input, runs);
  for (int t = 0; t < 150; ++t) {
    for (Index r = 0; r < runs; ++r) {
      if (engine() % 4 == 0) x.col(r) = bound * random_matrix<double>(shape.input, 1, engine).array().sign();
    }
    state = step<double>(cell, state, x);
    look(state);
  }
}

TEST(ReachableBox, IsLeftByNoSequenceNorIsItsBand) {
  std::mt19937_64 engine(21);
  double smaller = 0.0, reached = 0.0;
  int found = 0;
  for (int trial = 0; trial < 20; ++trial) {
    const Attributes attributes =
        trial % 4 == 3 ? Attributes{{"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}} : Attributes{};
    const auto cell = random_cell<double>({"lstm", attributes}, 2, 1 + trial % 5, engine, 0.8);
    const auto lstm = boxed_lstm(*cell, InputSet::box(0.7));
    if (!lstm) continue;  // a hard forget gate may open all the way
    const auto box = reachable_box(*lstm);
    ASSERT_TRUE(box);
    ++found;
    const StateBand band = state_band(*lstm, *box);
    const Index n = lstm->weights.n;
    EXPECT_TRUE((box->low.array() <= 0.0).all() && (box->high.array() >= 0.0).all());
    EXPECT_TRUE((box->high.array() <= 1.01 * lstm->domain.limits.array() + 1e-6).all());
    smaller += 0.5 * ((box->high - box->low).array() / lstm->domain.limits.array()).mean();
    drive(*cell, 0.7, engine, [&](const Matrix<double>& states) {
      for (Index r = 0; r < states.cols(); ++r) {
        const Vector<double> s = states.col(r);
        ASSERT_TRUE((s.array() >= box->low.array()).all() && (s.array() <= box->high.array()).all());
        const Vector<double> off = s.tail(n) - band.lean.cwiseProduct(s.head(n));
        ASSERT_TRUE((off.array() >= band.off_low.array()).all() && (off.array() <= band.off_high.array()).all());
        reached = std::max(reached, (s.array() / box->high.array()).maxCoeff());
      }
    });
  }
  EXPECT_GT(found, 14);
  EXPECT_LT(smaller / found, 0.85) << "of the limits, in the mean";
  EXPECT_GT(reached, 0.9) << "the sequences come nowhere near the ends";
}

/// One unit that reads no state: c stays at or below the largest i z/(1 − f), all three at one input.
TEST(ReachableBox, HasItsClosedFormForAUnitThatReadsInputsAlone) {
  auto cell = make_cell<double>("lstm", 1, 1, {});
  const std::vector<double> u{0.8, -0.9, 1.2, 0.4}, b{0.1, 0.3, -0.2, 0.5};
  for (Index g = 0; g < 4; ++g) {
    cell->parameters()[0].value(g) = u[static_cast<std::size_t>(g)];
    cell->parameters()[2].value(g) = b[static_cast<std::size_t>(g)];
  }
  double high = 0.0, low = 0.0;
  for (int k = 0; k <= 4000; ++k) {
    const double x = -1.0 + k / 2000.0;
    const auto gate = [&](std::size_t g) { return 1.0 / (1.0 + std::exp(-(u[g] * x + b[g]))); };
    const double c = gate(0) * std::tanh(u[2] * x + b[2]) / (1.0 - gate(1));
    high = std::max(high, c);
    low = std::min(low, c);
  }
  const auto lstm = boxed_lstm(*cell, InputSet::box(1.0));
  const auto box = reachable_box(*lstm, 400);
  ASSERT_TRUE(box);
  EXPECT_GE(box->high(0), high);
  EXPECT_LE(box->low(0), low);
  EXPECT_NEAR(box->high(0), high, 0.03 * (high - low));
  EXPECT_NEAR(box->low(0), low, 0.03 * (high - low));
  EXPECT_GT(lstm->domain.limits(0), 1.3 * high) << "what the limits, which take every gate for itself, allow";
}

/// Inputs that are words have no box: the drives of the gates are then free of each other.
TEST(ReachableBox, IsFoundForAVocabulary) {
  std::mt19937_64 engine(22);
  const auto cell = random_cell<double>({"lstm", {}}, 3, 2, engine, 0.6);
  const auto lstm = boxed_lstm(*cell, InputSet::columns(random_matrix<double>(3, 5, engine)));
  ASSERT_TRUE(lstm);
  const auto box = reachable_box(*lstm);
  ASSERT_TRUE(box);
  EXPECT_LT((box->high - box->low).sum(), 1.95 * lstm->domain.limits.sum());
}

}  // namespace
}  // namespace unrecur

#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::all_cell_cases;
using testing::CellCase;
using testing::random_cell;
using testing::random_matrix;

class EveryCell : public ::testing::TestWithParam<CellCase> {
 protected:
  static constexpr Index kInputs = 3, kUnits = 5;
  std::mt19937_64 engine_{7};
};

/// Largest difference relative to the largest entry.
template <class A, class B>
double distance(const A& a, const B& b) {
  if (b.size() == 0) return static_cast<double>(a.size());  // a recurrent matrix without rows
  return (a - b).cwiseAbs().maxCoeff() / std::max(1e-300, b.cwiseAbs().maxCoeff());
}

TEST_P(EveryCell, JacobianAgreesWithCentralDifferences) {
  const auto cell = random_cell<double>(GetParam(), kInputs, kUnits, engine_);
  const Index n = cell->shape().state;
  const Matrix<double> x = random_matrix<double>(kInputs, 1, engine_), s = random_matrix<double>(n, 1, engine_, 0.8);
  const auto jacobian = cell->fix_inputs(x)->linearise(s, 0);
  Matrix<double> dense;
  jacobian->apply(Matrix<double>::Identity(n, n), dense);
  const double h = 1e-6;
  for (Index j = 0; j < n; ++j) {
    Matrix<double> up = s, down = s;
    up(j) += h;
    down(j) -= h;
    const Matrix<double> column = (step<double>(*cell, up, x) - step<double>(*cell, down, x)) / (2 * h);
    EXPECT_LT((dense.col(j) - column).cwiseAbs().maxCoeff(), 1e-8) << "column " << j;
  }
}

TEST_P(EveryCell, DiagonalIsThatOfTheWholeJacobian) {
  const auto cell = random_cell<double>(GetParam(), kInputs, kUnits, engine_);
  const Index size = cell->shape().state, points = 5;
  const Matrix<double> states = random_matrix<double>(size, points, engine_);
  const auto map = cell->fix_inputs(random_matrix<double>(kInputs, points, engine_));
  Matrix<double> diagonals(size, points), whole;
  map->linearise(states, 0)->diagonal(diagonals);
  for (Index i = 0; i < points; ++i) {
    map->linearise(states.col(i), i)->apply(Matrix<double>::Identity(size, size), whole);
    EXPECT_LE((diagonals.col(i) - whole.diagonal()).cwiseAbs().maxCoeff(), 1e-14);
  }
}

TEST_P(EveryCell, TransposedJacobiansAreTheAdjoints) {
  const auto cell = random_cell<double>(GetParam(), kInputs, kUnits, engine_);
  const Index n = cell->shape().state, points = 4;
  const Matrix<double> x = random_matrix<double>(kInputs, points, engine_);
  const Matrix<double> s = random_matrix<double>(n, points, engine_, 0.8);
  const Matrix<double> v = random_matrix<double>(n, points, engine_), w = random_matrix<double>(n, points, engine_);
  const auto map = cell->fix_inputs(x);
  const auto jacobian = map->linearise(s, 0);
  const Matrix<double> u = random_matrix<double>(kInputs, points, engine_);
  Matrix<double> jv, jtw, dx, joint;
  jacobian->apply(v, jv);
  jacobian->apply_with_input(v, u, joint);
  jacobian->apply_transposed(w, jtw);
  jacobian->apply_input_transposed(w, dx);
  for (Index i = 0; i < points; ++i) {
    EXPECT_NEAR(jv.col(i).dot(w.col(i)), v.col(i).dot(jtw.col(i)), 1e-12) << "point " << i;
    EXPECT_NEAR((joint - jv).col(i).dot(w.col(i)), u.col(i).dot(dx.col(i)), 1e-12) << "point " << i;
    const double h = 1e-6;
    const Matrix<double> direction = random_matrix<double>(kInputs, 1, engine_);
    const Matrix<double> moved = (step<double>(*cell, s.col(i), x.col(i) + h * direction) -
                                  step<double>(*cell, s.col(i), x.col(i) - h * direction)) /
                                 (2 * h);
    EXPECT_NEAR(moved.col(0).dot(w.col(i)), direction.col(0).dot(dx.col(i)), 1e-7) << "point " << i;
  }
}

TEST_P(EveryCell, BackwardAgreesWithCentralDifferences) {
  const auto cell = random_cell<double>(GetParam(), kInputs, kUnits, engine_);
  const std::vector<Index> lengths{4, 3, 1};
  const Packing packing(lengths);
  const CellShape shape = cell->shape();
  Matrix<double> x = random_matrix<double>(kInputs, packing.columns(), engine_);
  Matrix<double> initial = random_matrix<double>(shape.state, 3, engine_, 0.5);
  const Matrix<double> w = random_matrix<double>(shape.output, packing.columns(), engine_);
  const auto tape = cell->make_tape();
  Matrix<double> output;
  const auto value = [&] {
    cell->forward(packing, x, initial, *tape, output, nullptr);
    return (output.array() * w.array()).sum();
  };
  value();
  Parameters<double> gradient = zeros_like(cell->parameters());
  Matrix<double> d_x, d_initial;
  cell->backward(packing, x, initial, *tape, w, gradient, &d_x, &d_initial);

  const double h = 1e-5;
  const auto differences = [&](Matrix<double>& at) {
    Matrix<double> d(at.rows(), at.cols());
    for (Index i = 0; i < at.size(); ++i) {
      const double keep = at.data()[i];
      at.data()[i] = keep + h;
      const double up = value();
      at.data()[i] = keep - h;
      d.data()[i] = (up - value()) / (2 * h);
      at.data()[i] = keep;
    }
    return d;
  };
  for (std::size_t p = 0; p < gradient.size(); ++p) {
    EXPECT_LT(distance(gradient[p].value, differences(cell->parameters()[p].value)), 1e-6) << gradient[p].name;
  }
  EXPECT_LT(distance(d_x, differences(x)), 1e-6);
  EXPECT_LT(distance(d_initial, differences(initial)), 1e-6);
}

TEST_P(EveryCell, PackedBatchEqualsSingleSequences) {
  const auto cell = random_cell<double>(GetParam(), kInputs, kUnits, engine_);
  const std::vector<Index> lengths{6, 4, 4, 2};
  const Packing packing(lengths);
  const CellShape shape = cell->shape();
  const Matrix<double> x = random_matrix<double>(kInputs, packing.columns(), engine_);
  const Matrix<double> d_output = random_matrix<double>(shape.output, packing.columns(), engine_);
  const Matrix<double> initial = random_matrix<double>(shape.state, packing.batch(), engine_, 0.5);
  const auto together = cell->make_tape(), alone = cell->make_tape();
  Matrix<double> output, own_output, final_state, own_final;
  cell->forward(packing, x, initial, *together, output, &final_state);
  const Matrix<double> states = cell->states(*together);
  Parameters<double> sum = zeros_like(cell->parameters()), all = sum;
  cell->backward(packing, x, initial, *together, d_output, all, nullptr, nullptr);
  for (Index b = 0; b < packing.batch(); ++b) {
    const Index steps = packing.length(b);
    Matrix<double> own_x(kInputs, steps), own_d(shape.output, steps);
    for (Index t = 0; t < steps; ++t) {
      own_x.col(t) = x.col(packing.column(b, t));
      own_d.col(t) = d_output.col(packing.column(b, t));
    }
    cell->forward(Packing::single(steps), own_x, initial.col(b), *alone, own_output, &own_final);
    const Matrix<double> own_states = cell->states(*alone);
    for (Index t = 0; t < steps; ++t) {
      EXPECT_LT((own_states.col(t) - states.col(packing.column(b, t))).cwiseAbs().maxCoeff(), 1e-13);
      EXPECT_LT((own_output.col(t) - output.col(packing.column(b, t))).cwiseAbs().maxCoeff(), 1e-13);
    }
    EXPECT_EQ(own_final, own_states.rightCols(1));
    EXPECT_LT((own_final.col(0) - final_state.col(b)).cwiseAbs().maxCoeff(), 1e-13);
    cell->backward(Packing::single(steps), own_x, initial.col(b), *alone, own_d, sum, nullptr, nullptr);
  }
  for (std::size_t p = 0; p < all.size(); ++p) EXPECT_LT(distance(sum[p].value, all[p].value), 1e-12) << all[p].name;
}

TEST_P(EveryCell, FixedInputMapIsOneStepOfForward) {
  const auto cell = random_cell<float>(GetParam(), kInputs, kUnits, engine_);
  const Matrix<float> x = random_matrix<float>(kInputs, 3, engine_);
  const Matrix<float> zero = Matrix<float>::Zero(cell->shape().state, 1);
  const Matrix<float> states = run_states<float>(*cell, Packing::single(3), x, zero);
  const auto map = cell->fix_inputs(x);
  Matrix<float> next(cell->shape().state, 2);
  map->apply(states.leftCols(2), 1, next);
  EXPECT_LT((next - states.rightCols(2)).cwiseAbs().maxCoeff(), 1e-6F);
}

TEST_P(EveryCell, FloatAndDoubleAgree) {
  const auto cell = random_cell<float>(GetParam(), kInputs, kUnits, engine_);
  const auto twin = cast_cell<double>(*cell);
  EXPECT_EQ(twin->attributes(), cell->attributes());
  const Matrix<float> x = random_matrix<float>(kInputs, 8, engine_);
  const Matrix<float> zero = Matrix<float>::Zero(cell->shape().state, 1);
  const Matrix<float> states = run_states<float>(*cell, Packing::single(8), x, zero);
  const Matrix<double> exact = run_states<double>(*twin, Packing::single(8), x.cast<double>(), zero.cast<double>());
  EXPECT_LT(distance(states.cast<double>(), exact), 1e-5);
}

TEST_P(EveryCell, WrongShapesAreRefused) {
  const auto cell = random_cell<double>(GetParam(), kInputs, kUnits, engine_);
  const auto tape = cell->make_tape();
  Matrix<double> output;
  const Matrix<double> x = random_matrix<double>(kInputs + 1, 3, engine_);
  const Matrix<double> initial = Matrix<double>::Zero(cell->shape().state, 1);
  EXPECT_THROW(cell->forward(Packing::single(3), x, initial, *tape, output, nullptr), UsageError);
  EXPECT_THROW(cell->forward(Packing::single(2), x.topRows(kInputs), initial, *tape, output, nullptr), UsageError);
  EXPECT_THROW(cell->fix_inputs(x), UsageError);
}

INSTANTIATE_TEST_SUITE_P(Cells, EveryCell, ::testing::ValuesIn(all_cell_cases()));
INSTANTIATE_TEST_SUITE_P(MixedStacks, EveryCell, ::testing::ValuesIn(testing::mixed_stack_cases()));

TEST(Registry, EveryKindHasATestCase) {
  for (const CellType* type : registry::cells::all()) {
    bool tested = false;
    for (const auto& c : all_cell_cases()) tested = tested || c.kind == type->kind;
    EXPECT_TRUE(tested) << type->kind << " is in no test case of tests/models/random_model.h";
  }
}

TEST(Registry, UnknownNamesAreRefused) {
  EXPECT_THROW(make_cell<float>("gru2", 1, 1, {}), UsageError);
  EXPECT_THROW(make_cell<float>("elman", 1, 1, {{"leek", "0.5"}}), UsageError);
  EXPECT_THROW(make_cell<float>("elman", 1, 1, {{"leak", "0"}}), UsageError);
  EXPECT_THROW(make_cell<float>("elman", 1, 1, {{"leak", "nan"}}), UsageError);
  EXPECT_THROW(make_cell<float>("elman", 1, 1, {{"activation", "swish"}}), UsageError);
  EXPECT_THROW(make_cell<float>("elman", 0, 1, {}), UsageError);
}

}  // namespace
}  // namespace unrecur

#include "models/parallel/time_sweeps.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

/// Points whose Jacobians are held at a time.
constexpr Index kPointsAtOnce = 256;

}  // namespace

TimeSweeps::TimeSweeps(const Cell<double>& cell, const ConstMatrixRef<double>& x, Vector<double> limits)
    : map_(cell.fix_inputs(x)),
      limits_(std::move(limits)),
      now_(Matrix<double>::Zero(cell.shape().state, x.cols() + 1)),
      next_(Matrix<double>::Zero(cell.shape().state, x.cols() + 1)) {
  if (limits_.size() != 0 && limits_.size() != now_.rows()) throw UsageError("a box of states of another size");
}

double TimeSweeps::evaluate(const StateLength& length) {
  // Before this sweep columns up to `settled` of now_ are final.
  const Index steps = map_->columns(), settled = std::min(sweeps_, steps), open = steps - settled;
  next_.leftCols(settled + 1) = now_.leftCols(settled + 1);
  if (open > 0) map_->apply(now_.middleCols(settled, open), settled, next_.rightCols(open));
  evaluated_ = true;
  double largest = 0.0;
  for (Index t = settled + 1; t <= steps; ++t) {
    const double own = length(next_.col(t) - now_.col(t));
    if (!(own <= std::numeric_limits<double>::max())) return std::numeric_limits<double>::quiet_NaN();
    largest = std::max(largest, own);
  }
  return largest;
}

void TimeSweeps::jacobi() {
  if (!std::exchange(evaluated_, false)) throw UsageError("a sweep needs what evaluate() finds");
  std::swap(now_, next_);
  ++sweeps_;
}

void TimeSweeps::newton() {
  if (!std::exchange(evaluated_, false)) throw UsageError("a sweep needs what evaluate() finds");
  const Index steps = map_->columns();
  Matrix<double> change, pushed;
  for (Index t = std::min(sweeps_, steps) + 1; t <= steps; ++t) {
    if (change.size() > 0 && !change.isZero(0.0)) {
      map_->linearise(now_.col(t - 1), t - 1)->apply(change, pushed);
      next_.col(t) += pushed.col(0);
    }
    change = next_.col(t) - now_.col(t);
  }
  finish();
}

void TimeSweeps::quasi_newton() {
  if (!std::exchange(evaluated_, false)) throw UsageError("a sweep needs what evaluate() finds");
  const Index steps = map_->columns();
  Vector<double> change = Vector<double>::Zero(now_.rows());
  Matrix<double> diagonals;
  for (Index begin = std::min(sweeps_, steps); begin < steps; begin += kPointsAtOnce) {
    const Index count = std::min(kPointsAtOnce, steps - begin);
    diagonals.resize(now_.rows(), count);
    map_->linearise(now_.middleCols(begin, count), begin)->diagonal(diagonals);
    for (Index i = 0; i < count; ++i) {
      const Index t = begin + i + 1;
      next_.col(t) += diagonals.col(i).cwiseProduct(change);
      change = next_.col(t) - now_.col(t);
    }
  }
  finish();
}

void TimeSweeps::finish() {
  std::swap(now_, next_);
  for (Index t = 1; limits_.size() > 0 && t < now_.cols(); ++t) {
    now_.col(t) = now_.col(t).cwiseMin(limits_).cwiseMax(-limits_);
  }
  ++sweeps_;
}

}  // namespace unrecur

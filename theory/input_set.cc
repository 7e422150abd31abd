#include "theory/input_set.h"

#include <utility>

#include "models/attributes.h"
#include "models/errors.h"
#include "models/product.h"

namespace unrecur {
namespace {

/// Σ_i max over x_i in [low_i, high_i] of u_i x_i, rounded upwards; the minimum is minus this for −u.
double support_up(const Matrix<double>& u, Index row, double sign, const Vector<double>& low,
                  const Vector<double>& high) {
  double sum = 0.0;
  for (Index i = 0; i < u.cols(); ++i) {
    const double w = sign * u(row, i);
    if (w == 0.0) continue;  // also where the set is unbounded
    sum = add_up(sum, multiply_up(w, w >= 0.0 ? high(i) : low(i)));
  }
  return sum;
}

/// Ranges over finitely many columns: extremes of fl(U x) plus the rounding of the product.
std::vector<Interval> over_columns(const Matrix<double>& u, const Matrix<double>& x) {
  Matrix<double> drive(u.rows(), x.cols()), size(u.rows(), x.cols());
  multiply<double>(u, x, drive, 0.0);
  multiply<double>(u.cwiseAbs(), x.cwiseAbs(), size, 0.0);
  const double gamma = gamma_up(u.cols() + 1);
  std::vector<Interval> ranges;
  for (Index j = 0; j < u.rows(); ++j) {
    Interval range{kInfinity, -kInfinity};
    for (Index t = 0; t < x.cols(); ++t) {
      const double error = multiply_up(gamma, nonnegative_sum_up(size(j, t), u.cols() + 1));
      range.low = std::min(range.low, subtract_down(drive(j, t), error));
      range.high = std::max(range.high, add_up(drive(j, t), error));
    }
    ranges.push_back(range);
  }
  return ranges;
}

}  // namespace

InputSet InputSet::box(double bound) {
  if (!(bound >= 0.0 && bound < kInfinity)) throw UsageError("an input bound is a finite number that is not negative");
  InputSet set;
  set.uniform_ = bound;
  return set;
}

InputSet InputSet::box(Vector<double> low, Vector<double> high) {
  if (low.size() != high.size() || low.size() == 0) throw UsageError("a box needs as many lower ends as upper ends");
  if (!(low.array() <= high.array()).all() || !low.allFinite() || !high.allFinite()) {
    throw UsageError("the ends of a box are finite and in order");
  }
  InputSet set;
  set.low_ = std::move(low);
  set.high_ = std::move(high);
  return set;
}

InputSet InputSet::columns(Matrix<double> inputs) {
  if (inputs.cols() == 0 || !inputs.allFinite())
    throw UsageError("a finite set of inputs needs at least one, all finite");
  InputSet set;
  set.columns_ = std::move(inputs);
  return set;
}

std::vector<Interval> InputSet::drive_range(const Matrix<double>& u, const Vector<double>& b) const {
  std::vector<Interval> ranges;
  if (!u.allFinite() || !b.allFinite()) {
    return std::vector<Interval>(static_cast<std::size_t>(u.rows()), Interval{-kInfinity, kInfinity});
  }
  if (columns_.cols() > 0) {
    if (columns_.rows() != u.cols()) throw UsageError("the set of inputs and the input weights differ in size");
    ranges = over_columns(u, columns_);
  } else {
    const double reach = uniform_.value_or(kInfinity);
    const Vector<double> low = low_.size() > 0 ? low_ : Vector<double>::Constant(u.cols(), -reach);
    const Vector<double> high = low_.size() > 0 ? high_ : Vector<double>::Constant(u.cols(), reach);
    if (low.size() != u.cols()) throw UsageError("the set of inputs and the input weights differ in size");
    for (Index j = 0; j < u.rows(); ++j) {
      ranges.push_back({-support_up(u, j, -1.0, low, high), support_up(u, j, 1.0, low, high)});
    }
  }
  for (Index j = 0; j < u.rows() && b.size() > 0; ++j) {
    Interval& range = ranges[static_cast<std::size_t>(j)];
    range = {add_down(range.low, b(j)), add_up(range.high, b(j))};
  }
  return ranges;
}

std::string InputSet::description() const {
  if (columns_.cols() > 0) return "the " + std::to_string(columns_.cols()) + " inputs given";
  if (low_.size() > 0) return "a box, coordinate by coordinate";
  if (uniform_) return "every |x_i| <= " + decimal(*uniform_);
  return "every input";
}

}  // namespace unrecur

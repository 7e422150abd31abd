#include "theory/certificates/input_set.h"

#include <random>
#include <utility>

#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/product.h"
#include "models/layers/attributes.h"
#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {
namespace {

using Ranges = std::vector<Interval>;

/// What is left where a sum may have overflowed.
constexpr Interval kUnknown{-kInfinity, kInfinity};

/// Everything, but for rows of zeros.
Ranges over_everything(const Matrix<double>& u) {
  Ranges ranges;
  for (Index j = 0; j < u.rows(); ++j) {
    const bool deaf = (u.row(j).array() == 0.0).all();
    ranges.push_back(deaf ? Interval{0.0, 0.0} : kUnknown);
  }
  return ranges;
}

/// Σ_i max over x_i in [low_i, high_i] of u_ji x_i, and the minimum: positive weights see one end, negative the other.
Ranges over_box(const Matrix<double>& u, const Vector<double>& low, const Vector<double>& high) {
  const Matrix<double> positive = u.cwiseMax(0.0), negative = u.cwiseMin(0.0);
  const Vector<double> upper = positive * high + negative * low, lower = positive * low + negative * high;
  const Vector<double> size = product_up(u.cwiseAbs(), low.cwiseAbs().cwiseMax(high.cwiseAbs()));
  const double gamma = gamma_up(u.cols() + 2);
  const double underflow = multiply_up(2.0 * static_cast<double>(u.cols()), kUnderflow);
  Ranges ranges;
  for (Index j = 0; j < u.rows(); ++j) {
    const double error = size(j) == 0.0 ? 0.0 : add_up(multiply_up(gamma, size(j)), underflow);
    ranges.push_back(error < kInfinity ? Interval{subtract_down(lower(j), error), add_up(upper(j), error)} : kUnknown);
  }
  return ranges;
}

/// Ranges over finitely many columns, in blocks that bound the memory: extremes of fl(U x), and the rounding of the
/// product, which is at most γ |u_j||x| ≤ γ ‖u_j‖‖x‖.
Ranges over_columns(const Matrix<double>& u, const Matrix<double>& x) {
  constexpr Index block = 1024;
  Vector<double> low = Vector<double>::Constant(u.rows(), kInfinity), high = -low;
  double longest = 0.0;
  for (Index first = 0; first < x.cols(); first += block) {
    const Index count = std::min(block, x.cols() - first);
    Matrix<double> drive(u.rows(), count);
    multiply<double>(u, x.middleCols(first, count), drive, 0.0);
    low = low.cwiseMin(drive.rowwise().minCoeff());
    high = high.cwiseMax(drive.rowwise().maxCoeff());
    for (Index t = first; t < first + count; ++t) longest = std::max(longest, frobenius_norm_upper(x.col(t)));
  }
  const double gamma = gamma_up(u.cols() + 1);
  const double underflow = multiply_up(static_cast<double>(u.cols()), kUnderflow);
  Ranges ranges;
  for (Index j = 0; j < u.rows(); ++j) {
    const double error = add_up(multiply_up(gamma, multiply_up(frobenius_norm_upper(u.row(j)), longest)), underflow);
    ranges.push_back(error < kInfinity ? Interval{subtract_down(low(j), error), add_up(high(j), error)} : kUnknown);
  }
  return ranges;
}

/// Ranges of sums of independent terms.
std::vector<Interval> sum_of(std::vector<Interval> a, const std::vector<Interval>& b) {
  for (std::size_t j = 0; j < a.size(); ++j) a[j] = {add_down(a[j].low, b[j].low), add_up(a[j].high, b[j].high)};
  return a;
}

}  // namespace

InputSet InputSet::box(double bound) {
  if (!(bound >= 0.0 && bound < kInfinity))
    throw UsageError(expected_but_found("a finite input bound of at least 0", bound));
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

InputSet InputSet::windows(Matrix<double> inputs, Index window) {
  if (window < 1) throw UsageError(expected_but_found("a window of at least 1 place", window));
  InputSet set = columns(std::move(inputs));
  set.window_ = window;
  return set;
}

std::optional<InputSet::Box> InputSet::box_around(Index m) const {
  if (uniform_) return Box{Vector<double>::Constant(m, -*uniform_), Vector<double>::Constant(m, *uniform_)};
  if (low_.size() > 0) return Box{low_, high_};
  if (columns_.cols() == 0 || window_ > 1) return std::nullopt;
  return Box{columns_.rowwise().minCoeff(), columns_.rowwise().maxCoeff()};
}

std::vector<Interval> InputSet::drive_range(const Matrix<double>& u, const Vector<double>& b) const {
  if (!u.allFinite() || !b.allFinite()) {
    return Ranges(static_cast<std::size_t>(u.rows()), kUnknown);
  }
  const Index size = columns_.cols() > 0 ? columns_.rows() * window_ : low_.size() > 0 ? low_.size() : u.cols();
  if (size != u.cols()) throw UsageError("the set of inputs and the input weights differ in size");
  Ranges ranges;
  if (columns_.cols() > 0) {
    const Index rows = columns_.rows();
    ranges = over_columns(u.leftCols(rows), columns_);
    for (Index place = 1; place < window_; ++place) {
      ranges = sum_of(std::move(ranges), over_columns(u.middleCols(place * rows, rows), columns_));
    }
  } else if (low_.size() > 0) {
    ranges = over_box(u, low_, high_);
  } else if (uniform_) {
    ranges = over_box(u, Vector<double>::Constant(size, -*uniform_), Vector<double>::Constant(size, *uniform_));
  } else {
    ranges = over_everything(u);
  }
  for (Index j = 0; j < u.rows() && b.size() > 0; ++j) {
    Interval& range = ranges[static_cast<std::size_t>(j)];
    range = {add_down(range.low, b(j)), add_up(range.high, b(j))};
  }
  return ranges;
}

Matrix<double> InputSet::examples(Index m, Index count) const {
  if (columns_.cols() > 0) {
    const Index taken = std::min(count, columns_.cols());
    const Index rows = columns_.rows();
    Matrix<double> some(rows * window_, taken);
    for (Index t = 0; t < taken; ++t) {
      for (Index place = 0; place < window_; ++place) {
        const Index from = (t * columns_.cols() / taken + place) % columns_.cols();
        some.col(t).segment(place * rows, rows) = columns_.col(from);
      }
    }
    return some;
  }
  if (!bounded()) return Matrix<double>::Zero(m, 1);
  const Vector<double> low = uniform_ ? Vector<double>::Constant(m, -*uniform_) : low_;
  const Vector<double> high = uniform_ ? Vector<double>::Constant(m, *uniform_) : high_;
  Matrix<double> some(low.size(), count);
  std::mt19937 engine(1);
  for (Index t = 0; t < count; ++t) {
    for (Index i = 0; i < some.rows(); ++i) {
      const double middle = 0.5 * low(i) + 0.5 * high(i);
      some(i, t) = t == 0 ? middle : engine() % 2 == 0 ? low(i) : high(i);
    }
  }
  return some;
}

InputSet InputSet::called(std::string name) const {
  InputSet set = *this;
  set.name_ = std::move(name);
  return set;
}

std::string InputSet::description() const {
  if (!name_.empty()) return name_;
  if (window_ > 1) {
    return "every window of " + std::to_string(window_) + " of the " + std::to_string(columns_.cols()) +
           " inputs given";
  }
  if (columns_.cols() > 0) return "the " + std::to_string(columns_.cols()) + " inputs given";
  if (low_.size() > 0) return "a box, coordinate by coordinate";
  if (uniform_) return "every |x_i| <= " + decimal(*uniform_);
  return "every input";
}

}  // namespace unrecur

#include "theory/scans/scan_bounds.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/scalar_functions.h"

namespace unrecur {
namespace {

using Intake = ScanOptions::Intake;
using Outlet = ScanOptions::Outlet;
using Ranges = std::vector<Interval>;

Vector<double> set_limits(const InputSet& set, Index rows) {
  if (set.columns().cols() > 0) return set.columns().cwiseAbs().rowwise().maxCoeff().replicate(set.window(), 1);
  if (set.low().size() > 0) return set.low().cwiseAbs().cwiseMax(set.high().cwiseAbs());
  return Vector<double>::Constant(rows, set.bound().value_or(kAnyInput));
}

/// Where the drive can lie: x of the set in the newest place, everything else within its limits.
Ranges drive_ranges(const ScanCell<double>& cell, const ScanInputs& inputs, const Vector<double>& limits) {
  const Matrix<double>& u = cell.weight(0);
  const Vector<double> bias = cell.weight(2).col(0);
  Vector<double> loose = limits.replicate(cell.options().window, 1);
  Ranges ranges;
  if (inputs.set != nullptr) {
    loose.head(inputs.set_rows).setZero();
    ranges = inputs.set->drive_range(u.leftCols(inputs.set_rows), bias);
  } else {
    for (Index j = 0; j < u.rows(); ++j) ranges.push_back({bias(j), bias(j)});
  }
  const Vector<double> reach = product_up(u.cwiseAbs(), loose);
  for (Index j = 0; j < u.rows(); ++j) {
    Interval& range = ranges[static_cast<std::size_t>(j)];
    range = {subtract_down(range.low, reach(j)), add_up(range.high, reach(j))};
    // Of NaN nothing is known.
    if (!(range.low <= range.high)) range = {-kInfinity, kInfinity};
  }
  return ranges;
}

/// a b where zero times anything is zero: what nothing moves stays.
double times_up(double a, double b) {
  return a == 0.0 || b == 0.0 ? 0.0 : multiply_up(a, b);
}

double complement_up(double low) {
  return std::min(1.0, subtract_up(1.0, low));
}

/// σ(a_f)/(σ(a_f) + σ(a_i)) from the ranges of both gates.
Interval share(const Interval& forget, const Interval& intake) {
  const double most = divide_down(sigmoid_down(intake.low), sigmoid_up(forget.high));
  const double least = divide_up(sigmoid_up(intake.high), sigmoid_down(forget.low));
  return {least < kInfinity ? std::max(0.0, divide_down(1.0, add_up(1.0, least))) : 0.0,
          std::min(1.0, divide_up(1.0, add_down(1.0, most)))};
}

/// sup v(1 − v) over the interval of [0, 1].
double spread_up(const Interval& v) {
  if (v.low <= 0.5 && v.high >= 0.5) return 0.25;
  const double end = v.high < 0.5 ? v.high : v.low;
  return std::min(0.25, multiply_up(end, subtract_up(1.0, end)));
}

/// Writes the bounds of unit j.
class UnitBounds {
 public:
  UnitBounds(const ScanCell<double>& cell, const Ranges& ranges, ScanBounds& bounds)
      : options_(cell.options()), rows_(cell.rows()), n_(cell.units()), ranges_(ranges), bounds_(bounds) {}

  void write(Index j) {
    const Interval z = range(ScanRows::candidate, j);
    const bool tanh = options_.candidate == Activation::tanh;
    const double value = tanh ? tanh_magnitude_up(z) : z.magnitude(), slope = tanh ? tanh_slope_up(z) : 1.0;
    const Interval f = range(ScanRows::forget, j);
    const double cap = options_.cap;
    if (options_.intake == Intake::shared) {
      shared(j, f, range(rows_.intake, j), value, slope);
    } else {
      bounds_.kept(j) = std::min(cap, multiply_up(cap, sigmoid_up(f.high)));
      const double f_slope = multiply_up(cap, sigmoid_slope_up(f));
      if (options_.intake == Intake::coupled) {
        const double taken = complement_up(multiply_down(cap, sigmoid_down(f.low)));
        bounds_.memory(j) = value;
        bounds_.of_candidate(j) = multiply_up(taken, slope);
        bounds_.of_forget(j) = times_up(f_slope, add_up(value, value));
      } else {
        const Interval i = range(rows_.intake, j);
        const double taken = sigmoid_up(i.high), left = subtract_down(1.0, bounds_.kept(j));
        bounds_.memory(j) = value == 0.0 ? 0.0 : left > 0.0 ? divide_up(multiply_up(taken, value), left) : kInfinity;
        bounds_.of_candidate(j) = multiply_up(taken, slope);
        bounds_.of_forget(j) = times_up(f_slope, bounds_.memory(j));
        bounds_.of_intake(j) = times_up(sigmoid_slope_up(i), value);
      }
    }
    outlet(j);
  }

 private:
  Interval range(Index block, Index j) const { return ranges_[static_cast<std::size_t>(block * n_ + j)]; }

  void shared(Index j, const Interval& f, const Interval& i, double value, double slope) {
    const Interval kept = share(f, i);
    const double cap = options_.cap;
    bounds_.kept(j) = std::min(cap, multiply_up(cap, kept.high));
    bounds_.memory(j) = value;
    bounds_.of_candidate(j) = multiply_up(complement_up(multiply_down(cap, kept.low)), slope);
    const double odds = times_up(multiply_up(cap, spread_up(kept)), add_up(value, value));
    bounds_.of_forget(j) = times_up(odds, complement_up(sigmoid_down(f.low)));
    bounds_.of_intake(j) = times_up(odds, complement_up(sigmoid_down(i.low)));
  }

  void outlet(Index j) {
    const double c = bounds_.memory(j);
    if (options_.outlet == Outlet::state) {
      bounds_.output(j) = c;
      return;
    }
    const Interval o = range(rows_.outlet, j);
    bounds_.passed(j) = sigmoid_up(o.high);
    if (options_.outlet == Outlet::gated) {
      bounds_.output(j) = times_up(bounds_.passed(j), c);
      bounds_.of_outlet(j) = times_up(sigmoid_slope_up(o), c);
      return;
    }
    const double shown = options_.squash == Activation::tanh ? tanh_up(c) : c;
    const double carried = rows_.carried >= 0 ? range(rows_.carried, j).magnitude() : bounds_.inputs(j);
    bounds_.output(j) = std::max(shown, carried);
    bounds_.of_outlet(j) = times_up(sigmoid_slope_up(o), add_up(shown, carried));
    bounds_.carried(j) = complement_up(sigmoid_down(o.low));
  }

  const ScanOptions& options_;
  const ScanRows& rows_;
  Index n_;
  const Ranges& ranges_;
  ScanBounds& bounds_;
};

}  // namespace

Vector<double> input_limits(const ScanInputs& inputs) {
  Vector<double> limits(inputs.set_rows + inputs.reach.size());
  if (inputs.set != nullptr) {
    const Vector<double> own = set_limits(*inputs.set, inputs.set_rows);
    if (own.size() != inputs.set_rows) throw UsageError("the set of inputs and the input weights differ in size");
    limits.head(inputs.set_rows) = own;
  }
  limits.tail(inputs.reach.size()) = inputs.reach;
  return limits;
}

ScanBounds scan_bounds(const ScanCell<double>& cell, const ScanInputs& inputs) {
  const Index n = cell.units();
  ScanBounds bounds;
  bounds.inputs = input_limits(inputs);
  for (Vector<double>* one : {&bounds.kept, &bounds.memory, &bounds.output, &bounds.of_candidate, &bounds.of_forget}) {
    one->resize(n);
  }
  if (cell.rows().intake >= 0) bounds.of_intake.resize(n);
  if (cell.separate_output()) {
    bounds.passed.resize(n);
    bounds.of_outlet.resize(n);
  }
  if (cell.options().outlet == Outlet::highway) bounds.carried.resize(n);
  const Ranges ranges = drive_ranges(cell, inputs, bounds.inputs);
  UnitBounds units(cell, ranges, bounds);
  for (Index j = 0; j < n; ++j) units.write(j);
  return bounds;
}

}  // namespace unrecur

#include "theory/gated/gate_box.h"

#include <algorithm>

#include "base/errors.h"
#include "theory/arithmetic/nonnegative.h"

namespace unrecur {
namespace {

using Ranges = std::vector<Interval>;

const Matrix<double>& require(const Cell<double>& cell, std::string_view name) {
  const auto* found = find_parameter(cell.parameters(), name);
  if (found == nullptr) throw UsageError("a " + cell.kind() + " cell without " + std::string(name));
  return *found;
}

/// The ranges of all preactivations for |h_k| ≤ h_k.
Ranges with_states(const Ranges& drive, const Matrix<double>& absolute, const Vector<double>& h) {
  const Vector<double> reach = product_up(absolute, h);
  Ranges ranges = drive;
  for (Index j = 0; j < reach.size(); ++j) {
    Interval& range = ranges[static_cast<std::size_t>(j)];
    range = widened(range, reach(j));
  }
  return ranges;
}

GateBounds sigmoid_bounds(const Ranges& ranges, Index gate, Index n) {
  GateBounds bounds{Vector<double>(n), Vector<double>(n)};
  for (Index j = 0; j < n; ++j) {
    const Interval& range = ranges[static_cast<std::size_t>(gate * n + j)];
    bounds.value(j) = sigmoid_up(range.high);
    bounds.slope(j) = sigmoid_slope_up(range);
  }
  return bounds;
}

GateBounds tanh_bounds(const Ranges& ranges, Index gate, Index n) {
  GateBounds bounds{Vector<double>(n), Vector<double>(n)};
  for (Index j = 0; j < n; ++j) {
    const Interval& range = ranges[static_cast<std::size_t>(gate * n + j)];
    bounds.value(j) = tanh_magnitude_up(range);
    bounds.slope(j) = tanh_slope_up(range);
  }
  return bounds;
}

/// Fills gates and cell bounds for |h| ≤ box.h; false where no forget bound below 1 holds.
bool fill_from_states(LstmBox& box, const GatedWeights& w, const Matrix<double>& absolute, const Ranges& drive) {
  const Ranges ranges = with_states(drive, absolute, box.h);
  box.i = sigmoid_bounds(ranges, 0, w.n);
  box.f = sigmoid_bounds(ranges, 1, w.n);
  box.z = tanh_bounds(ranges, 2, w.n);
  box.o = sigmoid_bounds(ranges, 3, w.n);
  box.c.resize(w.n);
  for (Index j = 0; j < w.n; ++j) {
    const double room = subtract_down(1.0, box.f.value(j));
    if (!(room > 0.0)) return false;
    box.c(j) = divide_up(multiply_up(box.i.value(j), box.z.value(j)), room);
    if (!(box.c(j) < kInfinity)) return false;
  }
  return true;
}

}  // namespace

GatedWeights gated_weights(const Cell<double>& cell) {
  GatedWeights w;
  w.recurrent = require(cell, "weight_hh_l0");
  w.input = require(cell, "weight_ih_l0");
  w.bias = require(cell, "bias_ih_l0").col(0);
  if (const auto* second = find_parameter(cell.parameters(), "bias_hh_l0")) w.recurrent_bias = second->col(0);
  w.n = w.recurrent.cols();
  return w;
}

std::vector<Interval> gate_drives(const GatedWeights& w, const InputSet& inputs, Index rows) {
  Ranges drive = inputs.drive_range(w.input, w.bias);
  for (Index j = 0; j < std::min(rows, w.recurrent_bias.size()); ++j) {
    Interval& range = drive[static_cast<std::size_t>(j)];
    range = {add_down(range.low, w.recurrent_bias(j)), add_up(range.high, w.recurrent_bias(j))};
  }
  return drive;
}

Interval widened(const Interval& range, double reach) {
  return {subtract_down(range.low, reach), add_up(range.high, reach)};
}

std::optional<LstmBox> lstm_box(const GatedWeights& w, const InputSet& inputs, int refinements) {
  if (!w.recurrent.allFinite() || !w.input.allFinite()) return std::nullopt;
  if (!w.bias.allFinite() || !w.recurrent_bias.allFinite()) return std::nullopt;
  const Ranges drive = gate_drives(w, inputs, w.recurrent.rows());
  const Matrix<double> absolute = w.recurrent.cwiseAbs();
  LstmBox box;
  box.h = Vector<double>::Ones(w.n);
  if (!fill_from_states(box, w, absolute, drive)) return std::nullopt;
  for (int pass = 0; pass < refinements; ++pass) {
    // |h'| ≤ ō tanh(c̄) on the box found so far; never larger than the bound it came from, so the box stays invariant.
    Vector<double> h(w.n);
    for (Index j = 0; j < w.n; ++j) h(j) = std::min(box.h(j), multiply_up(box.o.value(j), tanh_up(box.c(j))));
    const double shrunk = (box.h - h).maxCoeff();
    box.h = h;
    if (!(shrunk > 1e-6)) break;
    if (!fill_from_states(box, w, absolute, drive)) return std::nullopt;
  }
  return box;
}

}  // namespace unrecur

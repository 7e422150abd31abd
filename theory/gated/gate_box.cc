#include "theory/gated/gate_box.h"

#include <algorithm>

#include "base/errors.h"
#include "models/layers/activation_attributes.h"
#include "theory/arithmetic/activation_bounds.h"
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

std::span<const Interval> of_gate(const Ranges& ranges, Index gate, Index n) {
  return std::span(ranges).subspan(static_cast<std::size_t>(gate * n), static_cast<std::size_t>(n));
}

/// Fills gates and cell bounds for |h| ≤ box.h; false where no forget bound below 1 holds.
bool fill_from_states(LstmBox& box, const GatedWeights& w, const Matrix<double>& absolute, const Ranges& drive) {
  const Ranges ranges = with_states(drive, absolute, box.h);
  box.i = gate_bounds(w.gates, of_gate(ranges, 0, w.n));
  box.f = gate_bounds(w.gates, of_gate(ranges, 1, w.n));
  for (Vector<double>* bounds : {&box.f.value, &box.f.slope}) {
    *bounds = bounds->unaryExpr([&](double bound) { return multiply_up(w.cap, bound); });
  }
  box.z = gate_bounds(w.candidate, of_gate(ranges, 2, w.n));
  box.o = gate_bounds(w.gates, of_gate(ranges, 3, w.n));
  box.c.resize(w.n);
  Ranges cells;
  for (Index j = 0; j < w.n; ++j) {
    const double room = subtract_down(1.0, box.f.value(j));
    if (!(room > 0.0)) return false;
    box.c(j) = divide_up(multiply_up(box.i.value(j), box.z.value(j)), room);
    if (!(box.c(j) < kInfinity)) return false;
    cells.push_back({-box.c(j), box.c(j)});
  }
  box.out = gate_bounds(w.output, cells);
  return true;
}

/// ō sup |ρ(c)|: |h'| on the box found so far.
Vector<double> next_outputs(const LstmBox& box) {
  return box.o.value.binaryExpr(box.out.value, [](double o, double out) { return multiply_up(o, out); });
}

}  // namespace

GatedWeights gated_weights(const Cell<double>& cell) {
  GatedWeights w;
  w.recurrent = require(cell, "weight_hh_l0");
  w.input = require(cell, "weight_ih_l0");
  w.bias = require(cell, "bias_ih_l0").col(0);
  if (const auto* second = find_parameter(cell.parameters(), "bias_hh_l0")) w.recurrent_bias = second->col(0);
  w.n = w.recurrent.cols();
  const Attributes attributes = cell.attributes();
  w.gates = activation_in(attributes, "gates", Activation::sigmoid);
  w.candidate = activation_in(attributes, "candidate", Activation::tanh);
  w.output = activation_in(attributes, "output", Activation::tanh);
  w.cap = AttributeReader(cell.kind(), attributes).number("cap", 1.0);
  if (!w.gates.is_gate()) throw UsageError("gates whose values do not lie in [0, 1]: " + name_of(w.gates.kind));
  return w;
}

bool GatedWeights::standard() const {
  return gates.kind == Activation::sigmoid && candidate.kind == Activation::tanh && output.kind == Activation::tanh &&
         cap == 1.0;
}

GateBounds gate_bounds(const ActivationFunction& function, std::span<const Interval> ranges) {
  const Index n = std::ssize(ranges);
  GateBounds bounds{Vector<double>(n), Vector<double>(n)};
  for (Index j = 0; j < n; ++j) {
    const Interval& range = ranges[static_cast<std::size_t>(j)];
    bounds.value(j) = magnitude_up(function, range);
    bounds.slope(j) = slope_up(function, range);
  }
  return bounds;
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
  if (bound_of(w.output)) {
    box.h = Vector<double>::Ones(w.n);
  } else {
    const auto above = bound_from_below(w.n, [&](const Vector<double>& h) {
      box.h = h;
      return fill_from_states(box, w, absolute, drive) ? next_outputs(box) : Vector<double>();
    });
    if (!above) return std::nullopt;
    box.h = *above;
  }
  if (!fill_from_states(box, w, absolute, drive)) return std::nullopt;
  for (int pass = 0; pass < refinements; ++pass) {
    // Never larger than the bound it came from, so the box stays invariant.
    const Vector<double> h = box.h.cwiseMin(next_outputs(box));
    const double shrunk = (box.h - h).maxCoeff();
    box.h = h;
    if (!(shrunk > 1e-6)) break;
    if (!fill_from_states(box, w, absolute, drive)) return std::nullopt;
  }
  return box;
}

}  // namespace unrecur

#include "theory/gated/reachable_box.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "theory/arithmetic/activation_bounds.h"
#include "theory/gated/supremum.h"

namespace unrecur {
namespace {

/// The preactivations of an LSTM unit's gates as functions of the inputs and h: G p + b. Inputs come first where their
/// set is a box; of another set the drives of the gates stand in their place.
class UnitRows {
 public:
  UnitRows(const GatedWeights& w, const InputSet& inputs, Index j) {
    const Index n = w.n, m = w.input.cols();
    const bool box = inputs.bound() || inputs.low().size() > 0;
    const std::vector<Interval> drives = box ? std::vector<Interval>() : gate_drives(w, inputs, kGates * n);
    rows_ = Matrix<double>::Zero(kGates, (box ? m : kGates) + n);
    for (Index g = 0; g < kGates; ++g) {
      const Index row = g * n + j;
      if (box) rows_.row(g).head(m) = w.input.row(row);
      if (!box) rows_(g, g) = 1.0;
      rows_.row(g).tail(n) = w.recurrent.row(row);
      const double second = w.recurrent_bias.size() > 0 ? w.recurrent_bias(row) : 0.0;
      const Interval bias = exactly(w.bias(row)) + exactly(second);
      bias_.push_back(box ? bias : exactly(0.0));
      if (!box) free_.push_back(drives[static_cast<std::size_t>(row)]);
    }
    for (Index i = 0; box && i < m; ++i) {
      free_.push_back(inputs.bound() ? Interval{-*inputs.bound(), *inputs.bound()}
                                     : Interval{inputs.low()(i), inputs.high()(i)});
    }
  }

  /// All coordinates: what is free, then the states of h.
  Intervals over(const Vector<double>& low, const Vector<double>& high) const {
    Intervals p = free_;
    for (Index k = 0; k < low.size(); ++k) p.push_back({low(k), high(k)});
    return p;
  }
  Intervals values(const Intervals& p) const { return product(rows_, p) + bias_; }
  /// Σ_g by_g G_g
  Intervals gradient(const Intervals& by) const {
    Intervals sum;
    for (Index k = 0; k < rows_.cols(); ++k) {
      Interval entry = exactly(0.0);
      for (Index g = 0; g < rows_.rows(); ++g) {
        entry = entry + by[static_cast<std::size_t>(g)] * exactly(rows_(g, k));
      }
      sum.push_back(entry);
    }
    return sum;
  }

 private:
  static constexpr Index kGates = 4;
  Matrix<double> rows_;
  Intervals bias_, free_;
};

/// The set itself and, where it is made of single columns, the box around them.
std::vector<InputSet> forms_of(const InputSet& inputs) {
  std::vector<InputSet> forms{inputs};
  if (inputs.columns().cols() > 0 && inputs.window() == 1) {
    forms.push_back(InputSet::box(inputs.columns().rowwise().minCoeff(), inputs.columns().rowwise().maxCoeff()));
  }
  return forms;
}

FunctionOver times(double sign, FunctionOver over) {
  if (sign > 0.0) return over;
  over.value = -over.value;
  for (Interval& entry : over.gradient) entry = -entry;
  return over;
}

/// f C + i z and, for `hidden`, o ρ of that; of the unit with C the end of c that is asked about.
BoxFunction lstm_unit(const GatedWeights& w, const UnitRows& rows, double c, bool hidden, double sign) {
  return [&w, &rows, c, hidden, sign](const Intervals& p) {
    const Intervals a = rows.values(p);
    const Interval i = value_over(w.gates, a[0]), f = value_over(w.gates, a[1]), z = value_over(w.candidate, a[2]);
    const Interval next = f * exactly(c) + i * z;
    Intervals by{z * slope_over(w.gates, a[0]), exactly(c) * slope_over(w.gates, a[1]),
                 i * slope_over(w.candidate, a[2]), exactly(0.0)};
    if (!hidden) return times(sign, {next, rows.gradient(by)});
    const Interval o = value_over(w.gates, a[3]), t = value_over(w.output, next);
    for (Interval& entry : by) entry = o * slope_over(w.output, next) * entry;
    by[3] = t * slope_over(w.gates, a[3]);
    return times(sign, {o * t, rows.gradient(by)});
  };
}

/// The ends of all units after one step from the box, each at least zero away from zero.
using Step = std::function<StateBox(const StateBox& box, double tolerance)>;

bool within_box(const StateBox& inner, const StateBox& outer) {
  return (inner.low.array() >= outer.low.array()).all() && (inner.high.array() <= outer.high.array()).all();
}

/// Shrinks a box that is kept as long as that is worth it. The suprema are bounds of different sharpness, so what comes
/// out may be a little too small to be kept: then it grows to what it leads to, within the box that it came from.
std::optional<StateBox> shrunk(const StateBox& start, const Step& step) {
  const Vector<double> width = (start.high - start.low).array() + 1e-300;
  StateBox box = start;
  for (int round = 0; round < 40; ++round) {
    const StateBox next = step(box, 2e-3);
    const StateBox smaller{box.low.cwiseMax(next.low), box.high.cwiseMin(next.high)};
    const Vector<double> gain = (smaller.low - box.low).cwiseMax(box.high - smaller.high);
    const Vector<double> size = (box.high - box.low).array() + 1e-3 * width.array();
    box = smaller;
    if (!(gain.cwiseQuotient(size).maxCoeff() > 2e-3)) break;
  }
  for (int round = 0; round < 30; ++round) {
    const Vector<double> room = 1e-3 * (box.high - box.low);
    if (round == 0) box = {(box.low - room).cwiseMax(start.low), (box.high + room).cwiseMin(start.high)};
    const StateBox next = step(box, 1e-4);
    if (within_box(next, box)) return box;
    // Ends that are not kept move to where they lead, and a little farther.
    for (Index k = 0; k < room.size(); ++k) {
      if (next.low(k) < box.low(k)) box.low(k) = std::max(next.low(k) - room(k), start.low(k));
      if (next.high(k) > box.high(k)) box.high(k) = std::min(next.high(k) + room(k), start.high(k));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<StateBox> reachable_box(const BoxedLstm& lstm, int parts) {
  const GatedWeights& w = lstm.weights;
  const Index n = w.n;
  // Of a vocabulary: its drives, gate by gate, and the box around its vectors, all gates together.
  std::vector<std::vector<UnitRows>> rows(static_cast<std::size_t>(n));
  for (const InputSet& inputs : forms_of(lstm.domain.inputs)) {
    for (Index j = 0; j < n; ++j) rows[static_cast<std::size_t>(j)].emplace_back(w, inputs, j);
  }
  const Step step = [&](const StateBox& box, double tolerance) {
    StateBox next = box;
    for (Index j = 0; j < n; ++j) {
      const auto end = [&](double c, bool hidden, double sign, double size) {
        double least = kInfinity;
        for (const UnitRows& unit : rows[static_cast<std::size_t>(j)]) {
          const Intervals p = unit.over(box.low.tail(n), box.high.tail(n));
          least = std::min(least, supremum_up(lstm_unit(w, unit, c, hidden, sign), p, tolerance * size, parts));
        }
        return sign * least;
      };
      const double of_c = box.high(j) - box.low(j), of_h = box.high(n + j) - box.low(n + j);
      next.high(j) = end(box.high(j), false, 1.0, of_c);
      next.low(j) = end(box.low(j), false, -1.0, of_c);
      next.high(n + j) = end(box.high(j), true, 1.0, of_h);
      next.low(n + j) = end(box.low(j), true, -1.0, of_h);
    }
    return StateBox{next.low.cwiseMin(0.0), next.high.cwiseMax(0.0)};
  };
  return shrunk({-lstm.domain.limits, lstm.domain.limits}, step);
}

namespace {

/// Where o ρ(c) − lean c lies for c and o of their intervals, over so many parts of the first.
Interval band_over(const GatedWeights& w, const Interval& c, const Interval& o, double lean, int parts) {
  Interval all{0.0, 0.0};  // the state at rest
  for (int k = 0; k < parts; ++k) {
    const double low = c.low + (c.high - c.low) * k / parts, high = c.low + (c.high - c.low) * (k + 1) / parts;
    // Neighbours overlap by a little, and the last reaches the end, whatever was rounded.
    const Interval part{k == 0 ? c.low : next_down(low), k + 1 == parts ? c.high : next_up(high)};
    const Interval off = o * value_over(w.output, part) - exactly(lean) * part;
    all = {std::min(all.low, off.low), std::max(all.high, off.high)};
  }
  return all;
}

}  // namespace

StateBand state_band(const BoxedLstm& lstm, const StateBox& box) {
  const GatedWeights& w = lstm.weights;
  const Index n = w.n;
  const std::vector<Interval> drives = gate_drives(w, lstm.domain.inputs, 4 * n);
  Intervals h;
  for (Index k = n; k < 2 * n; ++k) h.push_back({box.low(k), box.high(k)});
  const Intervals reach = product(w.recurrent.bottomRows(n), h);
  StateBand band{Vector<double>(n), Vector<double>(n), Vector<double>(n)};
  for (Index j = 0; j < n; ++j) {
    const auto at = static_cast<std::size_t>(j);
    const Interval o = value_over(w.gates, reach[at] + drives[at + static_cast<std::size_t>(3 * n)]);
    const Interval c{box.low(j), box.high(j)};
    double best = kInfinity;
    for (int step = 0; step <= 64; ++step) {
      const Interval off = band_over(w, c, o, step / 64.0, 40);
      if (!(off.high - off.low < best)) continue;
      best = off.high - off.low;
      band.lean(j) = step / 64.0;
    }
    const Interval off = band_over(w, c, o, band.lean(j), 1000);
    const double room = 2e-3 * (off.high - off.low) + 1e-9;
    band.off_low(j) = subtract_down(off.low, room);
    band.off_high(j) = add_up(off.high, room);
  }
  return band;
}

}  // namespace unrecur

#include "theory/gated/reachable_box.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "theory/arithmetic/activation_bounds.h"
#include "theory/gated/gate_factors.h"
#include "theory/gated/supremum.h"

namespace unrecur {
namespace {

/// The preactivations of an LSTM unit's gates as functions of the inputs and h: G p + b. Inputs of a box come first;
/// without one the drives of the gates stand in their place.
class UnitRows {
 public:
  UnitRows(const GatedWeights& w, const InputSet::Box& box, Index j) : UnitRows(w, w.input.cols(), j) {
    const Index m = w.input.cols();
    for (Index g = 0; g < kGates; ++g) {
      const Index row = g * w.n + j;
      rows_.row(g).head(m) = w.input.row(row);
      const double second = w.recurrent_bias.size() > 0 ? w.recurrent_bias(row) : 0.0;
      bias_.push_back(exactly(w.bias(row)) + exactly(second));
    }
    for (Index i = 0; i < m; ++i) free_.push_back({box.low(i), box.high(i)});
  }
  UnitRows(const GatedWeights& w, const std::vector<Interval>& drives, Index j) : UnitRows(w, kGates, j) {
    rows_.leftCols(kGates).setIdentity();
    bias_.assign(kGates, exactly(0.0));
    for (Index g = 0; g < kGates; ++g) free_.push_back(drives[static_cast<std::size_t>(g * w.n + j)]);
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
  UnitRows(const GatedWeights& w, Index free, Index j) : rows_(Matrix<double>::Zero(kGates, free + w.n)) {
    for (Index g = 0; g < kGates; ++g) rows_.row(g).tail(w.n) = w.recurrent.row(g * w.n + j);
  }

  static constexpr Index kGates = 4;
  Matrix<double> rows_;
  Intervals bias_, free_;
};

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
    const LstmCellFactors cell = lstm_cell_factors(w, a[0], a[1], a[2], exactly(c));
    Intervals by{cell.by_i, cell.by_f, cell.by_z, exactly(0.0)};
    if (!hidden) return times(sign, {cell.next, rows.gradient(by)});
    const LstmOutputFactors out = lstm_output_factors(w, a[3], cell.next);
    for (Interval& entry : by) entry = out.through * entry;
    by[3] = out.by_o;
    return times(sign, {out.next, rows.gradient(by)});
  };
}

/// The ends of all units after one step from the box; zero lies between them.
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
  // Of a vocabulary both its drives, gate by gate, and the box around its vectors, all gates together.
  const InputSet& inputs = lstm.domain.inputs;
  const auto around = inputs.box_around(w.input.cols());
  const bool by_drives = !around || inputs.columns().cols() > 0;
  const std::vector<Interval> drives = by_drives ? gate_drives(w, inputs, 4 * n) : std::vector<Interval>();
  std::vector<std::vector<UnitRows>> rows(static_cast<std::size_t>(n));
  for (Index j = 0; j < n; ++j) {
    if (by_drives) rows[static_cast<std::size_t>(j)].emplace_back(w, drives, j);
    if (around) rows[static_cast<std::size_t>(j)].emplace_back(w, *around, j);
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

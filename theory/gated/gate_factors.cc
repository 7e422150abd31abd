#include "theory/gated/gate_factors.h"

#include "theory/arithmetic/activation_bounds.h"

namespace unrecur {

LstmCellFactors lstm_cell_factors(const GatedWeights& w, const Interval& i, const Interval& f, const Interval& z,
                                  const Interval& c) {
  const Interval cap = exactly(w.cap);
  const Interval open = value_over(w.gates, i), keep = cap * value_over(w.gates, f),
                 candidate = value_over(w.candidate, z);
  return {.next = keep * c + open * candidate,
          .own = keep,
          .by_i = candidate * slope_over(w.gates, i),
          .by_f = c * (cap * slope_over(w.gates, f)),
          .by_z = open * slope_over(w.candidate, z)};
}

LstmOutputFactors lstm_output_factors(const GatedWeights& w, const Interval& o, const Interval& cell) {
  const Interval open = value_over(w.gates, o), t = value_over(w.output, cell);
  return {.next = open * t, .through = open * slope_over(w.output, cell), .by_o = t * slope_over(w.gates, o)};
}

GruFactors gru_factors(const GatedWeights& w, bool after, const Vector<double>& inner_bias, const Intervals& h,
                       const Intervals& drive) {
  const Index n = w.n;
  const Intervals gates = segment(drive, 0, 2 * n) + product(w.recurrent.topRows(2 * n), h);
  const Intervals inside = after ? product(w.recurrent_of(2), h) + inner_bias : h;
  GruFactors by;
  Intervals moved;
  for (std::size_t j = 0; j < inside.size(); ++j) {
    by.open.push_back(value_over(w.gates, gates[j]));
    by.reset.push_back(inside[j] * slope_over(w.gates, gates[j]));
    moved.push_back(by.open[j] * inside[j]);
  }
  const Intervals y = segment(drive, 2 * n, n) + (after ? moved : product(w.recurrent_of(2), moved));
  for (std::size_t j = 0; j < y.size(); ++j) {
    const Interval a = gates[j + y.size()];
    by.keep.push_back(value_over(w.gates, a));
    by.candidate.push_back(value_over(w.candidate, y[j]));
    by.update.push_back((h[j] - by.candidate[j]) * slope_over(w.gates, a));
    by.through.push_back((exactly(1.0) - by.keep[j]) * slope_over(w.candidate, y[j]));
  }
  return by;
}

}  // namespace unrecur

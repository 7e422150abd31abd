#include "theory/gated/coupled_rates.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/perron.h"
#include "theory/arithmetic/rounding.h"
#include "theory/certificates/context.h"
#include "theory/gated/coupled_gate.h"

namespace unrecur {
namespace {

/// In floating point, for searches.
struct Nearest {
  static Vector<double> product(const ConstMatrixRef<double>& m, const Vector<double>& v) { return m * v; }
  static double sum(double a, double b) { return a + b; }
  static double times(double a, double b) { return a * b; }
  static double sup(const GateProduct& p) { return largest(p); }
};

/// Rounded upwards, for proofs.
struct Upwards {
  static Vector<double> product(const ConstMatrixRef<double>& m, const Vector<double>& v) { return product_up(m, v); }
  static double sum(double a, double b) { return add_up(a, b); }
  static double times(double a, double b) { return multiply_up(a, b); }
  static double sup(const GateProduct& p) { return largest_up(p); }
};

constexpr Interval kNothing{0.0, 0.0};

Interval sigmoid_over(const Interval& a) {
  return {sigmoid_down(a.low), std::min(1.0, sigmoid_up(a.high))};
}

/// Of |tanh|.
Interval magnitude_over(const Interval& a) {
  return {std::max(0.0, tanh_down(a.mignitude())), std::min(1.0, tanh_magnitude_up(a))};
}

Interval complement(const Interval& g) {
  return {std::max(0.0, subtract_down(1.0, g.high)), std::min(1.0, subtract_up(1.0, g.low))};
}

/// Preactivations of the first `rows` rows while |h| stays within h.
std::vector<Interval> preactivations(const GatedWeights& w, const Matrix<double>& absolute, const InputSet& inputs,
                                     Index rows, const Vector<double>& h) {
  std::vector<Interval> ranges = gate_drives(w, inputs, rows);
  const Vector<double> reach = product_up(absolute.topRows(rows), h);
  for (Index j = 0; j < rows; ++j)
    ranges[static_cast<std::size_t>(j)] = widened(ranges[static_cast<std::size_t>(j)], reach(j));
  return ranges;
}

class CoupledLstm {
 public:
  explicit CoupledLstm(const BoxedLstm& lstm) : n_(lstm.weights.n), absolute_(lstm.weights.recurrent.cwiseAbs()) {
    const std::vector<Interval> ranges =
        preactivations(lstm.weights, absolute_, lstm.domain.inputs, 4 * n_, lstm.box.h);
    for (Index j = 0; j < n_; ++j) {
      const auto range = [&](Index gate) { return ranges[static_cast<std::size_t>(gate * n_ + j)]; };
      const double c = lstm.box.c(j);
      units_.push_back({sigmoid_over(range(0)), sigmoid_over(range(1)), magnitude_over(range(2)),
                        sigmoid_over(range(3)), c, std::min(1.0, tanh_up(c))});
    }
  }

  Index size() const { return 2 * n_; }

  template <class Rounding>
  Vector<double> image(const Vector<double>& v) const {
    const Vector<double> moved = Rounding::product(absolute_, v.tail(n_));
    Vector<double> y(2 * n_);
    for (Index j = 0; j < n_; ++j) {
      const Unit& u = units_[static_cast<std::size_t>(j)];
      const double kept = Rounding::sup(
          {.gate = u.forget, .magnitude = kNothing, .slope = Rounding::times(u.c, moved(n_ + j)), .value = v(j)});
      const double written = Rounding::sup(
          {.gate = u.input, .magnitude = u.candidate, .slope_value = moved(j), .value_slope = moved(2 * n_ + j)});
      y(j) = Rounding::sum(kept, written);
      y(n_ + j) = Rounding::sup(
          {.gate = u.output, .magnitude = {0.0, u.tanh_c}, .slope_value = moved(3 * n_ + j), .value_slope = y(j)});
    }
    return y;
  }

 private:
  struct Unit {
    Interval input, forget, candidate, output;
    double c, tanh_c;
  };

  Index n_;
  Matrix<double> absolute_;
  std::vector<Unit> units_;
};

class CoupledGru {
 public:
  explicit CoupledGru(const BoxedGru& gru)
      : n_(gru.weights.n),
        after_(gru.reset == Reset::after),
        absolute_(gru.weights.recurrent.cwiseAbs()),
        box_(gru.box) {
    const GatedWeights& w = gru.weights;
    const std::vector<Interval> gates = preactivations(w, absolute_, gru.domain.inputs, 2 * n_, box_.h);
    const std::vector<Interval> drive = gate_drives(w, gru.domain.inputs, (after_ ? 2 : 3) * n_);
    Vector<double> open(n_);
    for (Index j = 0; j < n_; ++j) open(j) = multiply_up(box_.r.value(j), after_ ? box_.q(j) : box_.h(j));
    const Vector<double> reach = after_ ? open : product_up(absolute_.bottomRows(n_), open);
    for (Index j = 0; j < n_; ++j) {
      const auto at = [&](const std::vector<Interval>& of, Index gate) {
        return of[static_cast<std::size_t>(gate * n_ + j)];
      };
      units_.push_back({sigmoid_over(at(gates, 0)), complement(sigmoid_over(at(gates, 1))),
                        magnitude_over(widened(at(drive, 2), reach(j)))});
    }
  }

  Index size() const { return n_; }

  template <class Rounding>
  Vector<double> image(const Vector<double>& v) const {
    const Vector<double> moved = Rounding::product(absolute_, v);
    const Vector<double> inner = candidate<Rounding>(v, moved);
    Vector<double> y(n_);
    for (Index j = 0; j < n_; ++j) {
      const Unit& u = units_[static_cast<std::size_t>(j)];
      const double update = moved(n_ + j);
      // In g = 1 − z: z v = v − g v.
      y(j) = Rounding::sum(v(j), Rounding::sup({.gate = u.fresh,
                                                .magnitude = u.candidate,
                                                .slope_value = update,
                                                .slope = Rounding::times(box_.h(j), update),
                                                .value_slope = inner(j),
                                                .value = -v(j)}));
    }
    return y;
  }

 private:
  struct Unit {
    Interval reset, fresh, candidate;
  };

  /// How far the candidate's preactivation moves.
  template <class Rounding>
  Vector<double> candidate(const Vector<double>& v, const Vector<double>& moved) const {
    Vector<double> part(n_);
    for (Index j = 0; j < n_; ++j) {
      part(j) = Rounding::sup({.gate = units_[static_cast<std::size_t>(j)].reset,
                               .magnitude = kNothing,
                               .slope = Rounding::times(after_ ? box_.q(j) : box_.h(j), moved(j)),
                               .value = after_ ? moved(2 * n_ + j) : v(j)});
    }
    return after_ ? part : Rounding::product(absolute_.bottomRows(n_), part);
  }

  Index n_;
  bool after_;
  Matrix<double> absolute_;
  GruBox box_;
  std::vector<Unit> units_;
};

/// v = 1 + F(v)/t, about, for a t above the rate: flatter than what iterating F finds, for a little more rate.
template <class Map>
Vector<double> flatter_witness(const Map& map, double t) {
  Vector<double> v = Vector<double>::Ones(map.size());
  for (int i = 0; i < 100; ++i) {
    const Vector<double> next = Vector<double>::Ones(map.size()) + map.template image<Nearest>(v) / t;
    const bool settled = (next - v).maxCoeff() <= 1e-6 * v.maxCoeff();
    v = next;
    if (settled) break;
  }
  return v / v.maxCoeff();
}

template <class Map>
std::optional<Certificate> certify(const Map& map, const Vector<double>& start, const Domain& domain) {
  const auto certificate_of = [&](const Vector<double>& v) {
    const double rate = largest_ratio_up(map.template image<Upwards>(v), v);
    return proved_certificate("coupled_comparison", Norm::weighted_inf(v), rate, domain);
  };
  const MonotoneMap nearest = [&](const Vector<double>& v) { return map.template image<Nearest>(v); };
  auto best = certificate_of(power_witness(nearest, start));
  if (!best || !(best->rate.value < 1.0) || map.size() > 2 * kWitnessSize) return best;
  const double low = best->rate.value;
  for (const double part : {0.1, 0.3, 0.6, 0.9}) {
    auto other = certificate_of(flatter_witness(map, low + part * (1.0 - low)));
    if (other && needs_less_context(*other, *best)) best = std::move(other);
  }
  return best;
}

}  // namespace

std::optional<Certificate> certify_coupled_lstm(const BoxedLstm& lstm) {
  if (!lstm.weights.standard()) return std::nullopt;
  const CoupledLstm map(lstm);
  const auto found = map.size() > 2 * kWitnessSize ? certify_delta_iss(lstm) : certify_lstm_comparison(lstm);
  return certify(map, found ? found->norm.weights() : Vector<double>::Ones(map.size()), lstm.domain);
}

std::optional<Certificate> certify_coupled_gru(const BoxedGru& gru) {
  if (!gru.weights.standard()) return std::nullopt;
  const CoupledGru map(gru);
  const auto found = map.size() > 2 * kWitnessSize ? std::nullopt : certify_gru_comparison(gru);
  return certify(map, found ? found->norm.weights() : Vector<double>::Ones(map.size()), gru.domain);
}

std::optional<LayerComparison> lstm_layer_comparison(const Cell<double>& cell, const InputSet& inputs) {
  const auto lstm = boxed_lstm(cell, inputs);
  auto certificate = lstm ? certify_coupled_lstm(*lstm) : std::nullopt;
  if (!certificate && lstm) certificate = certify_lstm_comparison(*lstm);
  if (!certificate) return std::nullopt;
  return LayerComparison{std::move(*certificate), lstm_input_comparison(lstm->weights, lstm->box)};
}

Vector<double> coupled_image_up(const BoxedLstm& lstm, const Vector<double>& v) {
  return CoupledLstm(lstm).image<Upwards>(v);
}

Vector<double> coupled_image_up(const BoxedGru& gru, const Vector<double>& v) {
  return CoupledGru(gru).image<Upwards>(v);
}

}  // namespace unrecur

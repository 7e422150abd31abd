#include <algorithm>
#include <cmath>
#include <vector>

#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/scaled_rows.h"
#include "theory/gated/lstm_rates.h"

// ‖(c, h)‖² = Σ (x_j c_j)² + ‖h‖². The gates' preactivations move by R Δh; scaled row by row, u = S R Δh has
// ‖u‖ ≤ N ‖Δh‖ with N = ‖S R‖₂, and unit j does the rest alone: a 2 × 3 matrix K_j takes (x_j Δc_j, u_j) to
// (x_j Δc'_j, Δh'_j). The rate is the largest ‖K_j‖₂; docs/theory.md, section 12.

namespace unrecur {
namespace {

/// What is known of one unit: f̄, ō, and how strongly its rows of R act through c' and through the output gate.
struct LstmUnit {
  double forget, out;
  double through_c, through_o;
};

/// The largest ‖κ‖ and q (for N = 1) with which the unit still contracts at a rate, and the weight x of its c.
struct Room {
  double kappa, q, x;
};

/// With m = ‖first row of K‖², ‖K‖ ≤ λ iff m < λ² and q² ≤ λ² (1 − (ō/x)² m/(λ² − m)), and κ² = (m − f̄²)/x².
/// Among these, the one that asks least of S: the minimum of (A/κ)² + (B/q)².
Room room_at(const LstmUnit& unit, double rate) {
  const double f2 = unit.forget * unit.forget, p2 = unit.out * unit.out, l2 = rate * rate;
  const double a = std::max(unit.through_c, 1e-6 * unit.through_o), b = std::max(unit.through_o, 1e-6 * unit.through_c);
  const bool alone = !(a > 0.0);
  const double a2 = alone ? 1.0 : a * a, b2 = alone ? 1.0 : b * b;
  const auto y_at = [&](double m) {
    const double loss = p2 * m / (l2 - m);
    return loss + std::sqrt(b2 / l2 * loss * (m - f2) / a2);
  };
  const auto asked = [&](double share) {
    const double m = f2 + share * (l2 - f2), y = y_at(m);
    return a2 * y / (m - f2) + b2 / (l2 * (1.0 - p2 * m / (l2 - m) / y));
  };
  const double m = f2 + golden_minimum(asked, 0.0, 1.0, 28) * (l2 - f2), y = y_at(m);
  return {std::sqrt((m - f2) / y), rate * std::sqrt(1.0 - p2 * m / (l2 - m) / y), std::sqrt(y)};
}

class LstmScaleSearch {
 public:
  LstmScaleSearch(const BoxedLstm& lstm, const LstmCoefficients& by)
      : lstm_(lstm), n_(lstm.weights.n), by_(by), rows_(lstm.weights.recurrent) {
    const Vector<double> lengths = lstm.weights.recurrent.rowwise().norm();
    for (Index g = 0; g < 4; ++g) length_[g] = lengths.segment(g * n_, n_);
    for (Index j = 0; j < n_; ++j) {
      const double c = by.i(j) * length_[0](j) + by.f(j) * length_[1](j) + by.z(j) * length_[2](j);
      units_.push_back({lstm.box.f.value(j), by.opened(j), c, by.o(j) * length_[3](j)});
    }
  }

  /// Scales with which every unit contracts at the rate if ‖S R‖₂ ≤ 1. Within a unit, rows share as asks least of
  /// ‖S R‖_F. Zero for rows that do nothing.
  Vector<double> scales_at(double rate) const {
    Vector<double> s = Vector<double>::Zero(4 * n_);
    for (Index j = 0; j < n_; ++j) {
      const LstmUnit& unit = units_[static_cast<std::size_t>(j)];
      const Room room = room_at(unit, rate);
      const auto share = [&](Index gate, double factor) {
        const double length = length_[gate](j);
        if (factor > 0.0 && length > 0.0) s(gate * n_ + j) = std::sqrt(unit.through_c * factor / length) / room.kappa;
      };
      share(0, by_.i(j));
      share(1, by_.f(j));
      share(2, by_.z(j));
      if (length_[3](j) > 0.0) s(3 * n_ + j) = by_.o(j) / room.q;
    }
    return s;
  }

  double x_at(Index j, double rate) const { return room_at(units_[static_cast<std::size_t>(j)], rate).x; }

  /// The smallest rate with ‖S R‖₂ ≤ 1, in floating point.
  double smallest_rate() {
    const int bisections = n_ > 256 ? 8 : 24, iterations = n_ > 256 ? 3 : 12;
    const double least = lstm_.box.f.value.maxCoeff();
    rows_.norm(scales_at(std::max(1.0, 1.01 * least)), 2 * iterations);
    const auto reaches = [&](double rate) { return rows_.norm(scales_at(rate), iterations) <= 1.0; };
    double low = least, high = std::max(1.0, 1.01 * least);
    for (int i = 0; i < 60 && !reaches(high); ++i) {
      low = high;
      high *= 1.5;
    }
    for (int i = 0; i < bisections; ++i) {
      const double middle = 0.5 * (low + high);
      (reaches(middle) ? high : low) = middle;
    }
    return high;
  }

 private:
  const BoxedLstm& lstm_;
  Index n_;
  const LstmCoefficients& by_;
  ScaledRows rows_;
  Vector<double> length_[4];
  std::vector<LstmUnit> units_;
};

/// sup |κ_j|: what u_j does to c', for the scales as they are stored. Rows that are zero do nothing, whatever S.
double kappa_up(const BoxedLstm& lstm, const LstmCoefficients& by, const Vector<double>& s, Index j) {
  const Index n = lstm.weights.n;
  double squares = 0.0;
  const auto add = [&](Index gate, double factor) {
    const Index row = gate * n + j;
    if (factor == 0.0 || (lstm.weights.recurrent.row(row).array() == 0.0).all()) return;
    const double kappa = divide_up(factor, s(row));
    squares = add_up(squares, multiply_up(kappa, kappa));
  };
  add(0, by.i(j));
  add(1, by.f(j));
  add(2, by.z(j));
  return sqrt_up(squares);
}

double output_up(const BoxedLstm& lstm, const LstmCoefficients& by, const Vector<double>& s, Index j) {
  const Index row = 3 * lstm.weights.n + j;
  if (by.o(j) == 0.0 || (lstm.weights.recurrent.row(row).array() == 0.0).all()) return 0.0;
  return divide_up(by.o(j), s(row));
}

}  // namespace

std::optional<Certificate> certify_lstm_block_2norm(const BoxedLstm& lstm) {
  const Index n = lstm.weights.n;
  const LstmCoefficients by = lstm_coefficients(lstm.box);
  LstmScaleSearch search(lstm, by);
  const double aim = search.smallest_rate();
  const Vector<double> s = search.scales_at(aim);
  if (!s.allFinite()) return std::nullopt;
  const double norm = scaled_norm_upper(s, lstm.weights.recurrent);

  Vector<double> d = Vector<double>::Ones(2 * n), own(n);
  for (Index j = 0; j < n; ++j) {
    const double kappa = kappa_up(lstm, by, s, j), q = output_up(lstm, by, s, j), out = by.opened(j);
    const auto rate_with = [&](double x) {
      Eigen::Matrix<double, 2, 3> k;
      k << lstm.box.f.value(j), multiply_up(multiply_up(norm, x), kappa), 0.0,  //
          divide_up(by.carried(j), x), multiply_up(multiply_up(norm, out), kappa), multiply_up(norm, q);
      return two_row_norm_up(k);
    };
    const double guess = std::log(search.x_at(j, aim));
    const auto at = [&](double log_x) { return rate_with(std::exp(log_x)); };
    d(j) = std::exp(golden_minimum(at, guess - 1.0, guess + 1.0, 24));
    own(j) = rate_with(d(j));
  }
  if (!d.allFinite() || !(d.minCoeff() > 0.0)) return std::nullopt;
  const double rate = largest_ratio_up(own, Vector<double>::Ones(n));
  auto certificate = proved_certificate("block_2norm", Norm::weighted_two(d), rate, lstm.domain);
  if (certificate) certificate->witness = LstmBlockWitness{s, norm};
  return certificate;
}

}  // namespace unrecur

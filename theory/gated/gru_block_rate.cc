#include <algorithm>
#include <cmath>

#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/scaled_rows.h"
#include "theory/gated/gru_rates.h"

// |Δh'_j| ≤ z |Δh_j| + |κ_j| |u_j|, u = S R Δh row by row (for the reset gate before the product, R_n acts on the
// change of r ∘ h instead). By Cauchy-Schwarz its square is at most ν |Δh_j|² + τ |u_j|² where z²/ν + κ²/τ ≤ 1;
// docs/theory.md, section 12.

namespace unrecur {
namespace {

/// The factors of the rows of R at one end of z: what a change of a preactivation does to h'.
struct End {
  Vector<double> z;
  Vector<double> factor;  ///< 3n, zero where the row does nothing
};

End end_at(const BoxedGru& gru, const Vector<double>& z, const Vector<double>& rest, const Vector<double>& update) {
  const Index n = gru.weights.n;
  End end{z, Vector<double>(3 * n)};
  for (Index j = 0; j < n; ++j) {
    const bool after = gru.reset == Reset::after;
    // Before the product, the reset gate is part of what R_n acts on.
    end.factor(j) = after ? multiply_up(rest(j), multiply_up(gru.box.r.slope(j), gru.box.q(j))) : 0.0;
    end.factor(n + j) = update(j);
    end.factor(2 * n + j) = after ? multiply_up(rest(j), gru.box.r.value(j)) : rest(j);
  }
  for (Index row = 0; row < 3 * n; ++row) {
    if ((gru.weights.recurrent.row(row).array() == 0.0).all()) end.factor(row) = 0.0;
  }
  return end;
}

/// sup ‖Δ(r ∘ h)‖/‖Δh‖ ≤ max r̄ + ‖diag(h̄ s_r) R_r‖₂.
double gated_gain_up(const BoxedGru& gru) {
  Vector<double> factor(gru.weights.n);
  for (Index k = 0; k < factor.size(); ++k) factor(k) = multiply_up(gru.box.h(k), gru.box.r.slope(k));
  return add_up(gru.box.r.value.maxCoeff(), scaled_norm_upper(factor, gru.weights.recurrent_of(0)));
}

class GruScaleSearch {
 public:
  GruScaleSearch(const BoxedGru& gru, const End& low, const End& high, double gated_gain)
      : gru_(gru),
        low_(low),
        high_(high),
        gated_gain_(gated_gain),
        n_(gru.weights.n),
        length_(gru.weights.recurrent.rowwise().norm()),
        rows_(gru.weights.recurrent),
        candidate_rows_(gru.weights.recurrent_of(2)) {}

  /// Scales with which τ = 1 will do for this ν. Within a unit, rows share as asks least of ‖S R‖_F.
  Vector<double> scales_at(double nu) const {
    Vector<double> s = Vector<double>::Zero(3 * n_);
    for (Index j = 0; j < n_; ++j) {
      const double size = std::max(asked(low_, j, nu), asked(high_, j, nu));
      for (Index row = j; row < 3 * n_; row += n_) {
        if (low_.factor(row) > 0.0) s(row) = std::sqrt(size * low_.factor(row) / length_(row));
      }
    }
    return s;
  }

  /// N in floating point.
  double norm(const Vector<double>& s, int iterations) {
    if (gru_.reset == Reset::after) return rows_.norm(s, iterations);
    Vector<double> update = s;
    update.tail(n_).setZero();
    return std::hypot(rows_.norm(update, iterations), gated_gain_ * candidate_rows_.norm(s.tail(n_), iterations));
  }

  Vector<double> best_scales() {
    const int steps = n_ > 256 ? 10 : 24, iterations = n_ > 256 ? 3 : 12;
    const double z = high_.z.maxCoeff(), least = z * z;
    norm(scales_at(0.5 * (1.0 + least)), 2 * iterations);
    const auto square_of_rate = [&](double log_room) {
      const double nu = least + std::exp(log_room), size = norm(scales_at(nu), iterations);
      return nu + size * size;
    };
    const double log_room = golden_minimum(square_of_rate, std::log(1e-6), std::log(10.0), steps);
    return scales_at(least + std::exp(log_room));
  }

 private:
  /// The square of what the scales of unit j must be at least, for this end.
  double asked(const End& end, Index j, double nu) const {
    double sum = 0.0;
    for (Index row = j; row < 3 * n_; row += n_) {
      if (low_.factor(row) > 0.0) sum += end.factor(row) * end.factor(row) * length_(row) / low_.factor(row);
    }
    return sum / (1.0 - end.z(j) * end.z(j) / nu);
  }

  const BoxedGru& gru_;
  const End &low_, &high_;
  double gated_gain_;
  Index n_;
  Vector<double> length_;
  ScaledRows rows_, candidate_rows_;
};

/// N, verified.
double norm_up(const BoxedGru& gru, const Vector<double>& s, double gated_gain) {
  if (gru.reset == Reset::after) return scaled_norm_upper(s, gru.weights.recurrent);
  const Index n = gru.weights.n;
  const double update = scaled_norm_upper(s.segment(n, n), gru.weights.recurrent_of(1));
  const double candidate = multiply_up(gated_gain, scaled_norm_upper(s.tail(n), gru.weights.recurrent_of(2)));
  return sqrt_up(add_up(multiply_up(update, update), multiply_up(candidate, candidate)));
}

/// κ_j² at one end, for the scales as they are stored.
Vector<double> kappa_squares_up(const End& end, const Vector<double>& s, Index n) {
  Vector<double> squares = Vector<double>::Zero(n);
  for (Index row = 0; row < 3 * n; ++row) {
    if (end.factor(row) == 0.0) continue;
    const double kappa = divide_up(end.factor(row), s(row));
    squares(row % n) = add_up(squares(row % n), multiply_up(kappa, kappa));
  }
  return squares;
}

/// The smallest τ for ν: max_j κ_j²/(1 − z_j²/ν). Infinite where some z_j² ≥ ν.
double tau_up(const End& end, const Vector<double>& kappa_squares, double nu) {
  double tau = 0.0;
  for (Index j = 0; j < kappa_squares.size(); ++j) {
    const double room = subtract_down(1.0, divide_up(multiply_up(end.z(j), end.z(j)), nu));
    const double needed = room > 0.0 ? divide_up(kappa_squares(j), room) : kInfinity;
    tau = needed <= tau ? tau : (needed > tau ? needed : kInfinity);
  }
  return tau;
}

}  // namespace

std::optional<Certificate> certify_gru_block_2norm(const BoxedGru& gru) {
  const GruCoefficients by = gru_coefficients(gru.box);
  const End low = end_at(gru, gru.box.z_low, by.at_low, by.update);
  const End high = end_at(gru, gru.box.z.value, by.at_high, by.update);
  const double gated_gain = gru.reset == Reset::before ? gated_gain_up(gru) : 1.0;
  const Vector<double> s = GruScaleSearch(gru, low, high, gated_gain).best_scales();
  if (!s.allFinite()) return std::nullopt;
  const double norm = norm_up(gru, s, gated_gain);

  const Vector<double> at_low = kappa_squares_up(low, s, gru.weights.n);
  const Vector<double> at_high = kappa_squares_up(high, s, gru.weights.n);
  const double z = gru.box.z.value.maxCoeff();
  const auto square_up = [&](double nu) {
    const double tau = std::max(tau_up(low, at_low, nu), tau_up(high, at_high, nu));
    return add_up(nu, tau == 0.0 ? 0.0 : multiply_up(tau, multiply_up(norm, norm)));
  };
  const auto at = [&](double log_room) { return square_up(z * z + std::exp(log_room)); };
  const double nu = z * z + std::exp(golden_minimum(at, std::log(1e-15), std::log(100.0), 60));
  auto certificate = proved_certificate("block_2norm", Norm::two(gru.weights.n), sqrt_up(square_up(nu)), gru.domain);
  if (certificate) certificate->witness = GruBlockWitness{s, norm, nu};
  return certificate;
}

}  // namespace unrecur

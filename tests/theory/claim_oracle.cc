#include "tests/theory/claim_oracle.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

namespace unrecur::testing {
namespace {

using Real = long double;
using Reals = std::vector<Real>;
using RealMatrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

/// Collects left ≤ right.
class Slack {
 public:
  void require(Real left, Real right) {
    const Real slack = left <= 0.0L ? 1.0L : (right - left) / std::max(left, right);
    least_ = slack >= least_ ? least_ : (slack < least_ ? slack : -1.0L);
  }
  Real least() const { return least_; }

 private:
  Real least_ = 1.0L;
};

Real sigma(Real a) {
  return 1.0L / (1.0L + std::exp(-a));
}
Real sigma_slope(Real low, Real high) {
  const Real a = low > 0.0L ? low : high < 0.0L ? high : 0.0L;
  return sigma(a) * sigma(-a);
}
Real tanh_slope(Real low, Real high) {
  const Real t = std::tanh(low > 0.0L ? low : high < 0.0L ? high : 0.0L);
  return 1.0L - t * t;
}
Real norm_of(const RealMatrix& a) {
  return a.size() == 0 ? 0.0L : Eigen::JacobiSVD<RealMatrix>(a).singularValues()(0);
}
Real weight(const verify::Claim& claim, Index j) {
  return claim.weights.empty() ? 1.0L : static_cast<Real>(claim.weights[static_cast<std::size_t>(j)]);
}
Real limit(const verify::Claim& claim, Index j) {
  return claim.limits[static_cast<std::size_t>(j)];
}
bool is_max(const verify::Claim& claim) {
  return claim.norm == "inf" || claim.norm == "weighted_inf";
}

struct Gate {
  Real low, high;
};

/// sup of g ((1 − g)(t A + H) + (1 − t²) B + L) over a gate g = σ(a) and t = |tanh| in [low, high]. For a given t the
/// best g is that of a parabola; t is sampled, and then narrowed down around the best sample.
struct Together {
  Gate gate;
  Real t_low = 0.0L, t_high = 0.0L, a = 0.0L, h = 0.0L, b = 0.0L, l = 0.0L;

  Real at(Real t) const {
    const Real steep = t * a + h, flat = (1.0L - t * t) * b + l;
    const Real best = steep > 0.0L ? (steep + flat) / (2.0L * steep) : flat > 0.0L ? 1.0L : 0.0L;
    const Real g = std::clamp(best, sigma(gate.low), sigma(gate.high));
    return g * ((1.0L - g) * steep + flat);
  }

  Real largest() const {
    Real low = t_low, high = t_high, best = at(t_low);
    for (int round = 0; round < 40; ++round) {
      constexpr int samples = 24;
      const Real step = (high - low) / samples;
      Real where = low;
      for (int i = 0; i <= samples; ++i) {
        const Real value = at(low + step * i);
        if (value > at(where)) where = low + step * i;
      }
      best = std::max(best, at(where));
      if (step == 0.0L) break;
      low = std::max(t_low, where - step);
      high = std::min(t_high, where + step);
    }
    return best;
  }
};

/// |tanh| over a range.
std::pair<Real, Real> magnitudes(const Gate& z) {
  const Real a = std::abs(std::tanh(z.low)), b = std::abs(std::tanh(z.high));
  return {z.low < 0.0L && z.high > 0.0L ? 0.0L : std::min(a, b), std::max(a, b)};
}

/// The weights of a gated cell, and what the claim's boxes say of the preactivations.
class Gates {
 public:
  Gates(const Cell<double>& cell, const verify::Claim& claim)
      : claim_(claim),
        r_(*find_parameter(cell.parameters(), "weight_hh_l0")),
        u_(*find_parameter(cell.parameters(), "weight_ih_l0")),
        b_(*find_parameter(cell.parameters(), "bias_ih_l0")),
        second_(find_parameter(cell.parameters(), "bias_hh_l0")) {}

  Index n() const { return r_.cols(); }
  const Matrix<double>& recurrent() const { return r_; }
  Real second(Index row) const { return second_ == nullptr ? 0.0L : static_cast<Real>((*second_)(row)); }

  Real sum(Index row, const Reals& v) const {
    Real total = 0.0L;
    for (Index k = 0; k < n(); ++k) total += std::abs(static_cast<Real>(r_(row, k))) * v[static_cast<std::size_t>(k)];
    return total;
  }

  Gate around(Index row, Real reach, bool with_second = true) const {
    Gate gate{b_(row), b_(row)};
    for (Index i = 0; i < u_.cols(); ++i) {
      const Real w = u_(row, i), a = w * claim_.inputs.low(i), b = w * claim_.inputs.high(i);
      gate.low += std::min(a, b);
      gate.high += std::max(a, b);
    }
    const Real shift = with_second ? second(row) : 0.0L;
    return {gate.low + shift - reach, gate.high + shift + reach};
  }

  /// factor / scale of the row; zero where the row of R is.
  Real per_scale(Index row, Real factor) const {
    if ((r_.row(row).array() == 0.0).all()) return 0.0L;
    const Real scale = claim_.scales[static_cast<std::size_t>(row)];
    return scale > 0.0L ? factor / scale : INFINITY;
  }

  RealMatrix scaled_rows(Index first, Index count, const Reals& scales) const {
    RealMatrix a = r_.middleRows(first, count).cast<Real>();
    for (Index j = 0; j < count; ++j) a.row(j) *= scales[static_cast<std::size_t>(j)];
    return a;
  }
  Reals scales(Index first, Index count) const {
    const auto from = claim_.scales.begin() + first;
    return {from, from + count};
  }

 private:
  const verify::Claim& claim_;
  const Matrix<double>&r_, &u_, &b_;
  const Matrix<double>* second_;
};

Real two_row_norm(Real f, Real a, Real p, Real b, Real q) {
  RealMatrix k(2, 3);
  k << f, a, 0.0L, p, b, q;
  return norm_of(k);
}

Real lstm_slack(const Cell<double>& cell, const verify::Claim& claim) {
  const Gates g(cell, claim);
  const Index n = g.n();
  Slack slack;
  Reals h, v;
  for (Index k = 0; k < n; ++k) h.push_back(limit(claim, n + k));
  for (Index k = 0; k < n; ++k) v.push_back(weight(claim, n + k));
  const Real rate = claim.rate, norm = claim.scaled_norm;
  if (!is_max(claim)) slack.require(norm_of(g.scaled_rows(0, 4 * n, g.scales(0, 4 * n))), norm);
  for (Index j = 0; j < n; ++j) {
    const auto range = [&](Index gate) { return g.around(gate * n + j, g.sum(gate * n + j, h)); };
    const Gate i = range(0), f = range(1), z = range(2), o = range(3);
    const Real c = limit(claim, j), open = sigma(f.high), in = sigma(i.high), out = sigma(o.high);
    const Real value = std::max(std::abs(std::tanh(z.low)), std::abs(std::tanh(z.high))), t = std::tanh(c);
    slack.require(open * c + in * value, c);
    slack.require(out * t, limit(claim, n + j));
    const Real by_i = sigma_slope(i.low, i.high) * value, by_f = sigma_slope(f.low, f.high) * c;
    const Real by_z = in * tanh_slope(z.low, z.high), by_o = sigma_slope(o.low, o.high) * t;
    if (is_max(claim)) {
      const auto [least, most] = magnitudes(z);
      const Real row = Together{.gate = f, .h = c * g.sum(n + j, v), .l = weight(claim, j)}.largest() +
                       Together{i, least, most, g.sum(j, v), 0.0L, g.sum(2 * n + j, v)}.largest();
      slack.require(row, rate * weight(claim, j));
      slack.require(Together{o, 0.0L, t, g.sum(3 * n + j, v), 0.0L, row}.largest(), rate * weight(claim, n + j));
      continue;
    }
    const Real kappa = std::hypot(g.per_scale(j, by_i), g.per_scale(n + j, by_f), g.per_scale(2 * n + j, by_z));
    const Real x = weight(claim, j), q = g.per_scale(3 * n + j, by_o);
    slack.require(two_row_norm(open, norm * x * kappa, out * open / x, norm * out * kappa, norm * q), rate);
    if (weight(claim, n + j) != 1.0L) slack.require(1.0L, 0.0L);
  }
  return slack.least();
}

Real gru_slack(const Cell<double>& cell, const verify::Claim& claim) {
  const Gates g(cell, claim);
  const Index n = g.n();
  const bool after = cell.attributes().at("reset") == "after";
  Slack slack;
  Reals h, v, r, slope, gated, through;
  std::vector<Gate> reset;
  for (Index k = 0; k < n; ++k) h.push_back(limit(claim, k));
  for (Index k = 0; k < n; ++k) v.push_back(weight(claim, k));
  for (std::size_t k = 0; k < h.size(); ++k) {
    const Index row = static_cast<Index>(k);
    const Gate a = g.around(row, g.sum(row, h));
    r.push_back(sigma(a.high));
    slope.push_back(sigma_slope(a.low, a.high));
    gated.push_back(r[k] * h[k]);
    through.push_back(Together{.gate = a, .h = h[k] * g.sum(row, v), .l = v[k]}.largest());
    reset.push_back(a);
  }
  const Real rate = claim.rate, norm = claim.scaled_norm, nu = claim.split;
  if (!is_max(claim) && after) slack.require(norm_of(g.scaled_rows(0, 3 * n, g.scales(0, 3 * n))), norm);
  if (!is_max(claim) && !after) {
    Reals opened;
    for (std::size_t k = 0; k < h.size(); ++k) opened.push_back(h[k] * slope[k]);
    const Real gain = *std::max_element(r.begin(), r.end()) + norm_of(g.scaled_rows(0, n, opened));
    slack.require(std::hypot(norm_of(g.scaled_rows(n, n, g.scales(n, n))),
                             gain * norm_of(g.scaled_rows(2 * n, n, g.scales(2 * n, n)))),
                  norm);
  }
  for (Index j = 0; j < n; ++j) {
    const auto at = static_cast<std::size_t>(j);
    const Index row = 2 * n + j;
    const Real product = g.sum(row, h) + (after ? std::abs(g.second(row)) : 0.0L);
    const Gate a = g.around(row, after ? r[at] * product : g.sum(row, gated), !after);
    const Gate z = g.around(n + j, g.sum(n + j, h));
    const Real value = std::max(std::abs(std::tanh(a.low)), std::abs(std::tanh(a.high)));
    slack.require(value, h[at]);
    if (is_max(claim)) {
      const Real inside = after ? Together{.gate = reset[at], .h = product * g.sum(j, v), .l = g.sum(row, v)}.largest()
                                : g.sum(row, through);
      const auto [least, most] = magnitudes(a);
      const Real update = g.sum(n + j, v);
      slack.require(v[at] + Together{{-z.high, -z.low}, least, most, update, h[at] * update, inside, -v[at]}.largest(),
                    rate * v[at]);
      continue;
    }
    const Real by_update = sigma_slope(z.low, z.high) * (h[at] + value);
    for (const Real end : {sigma(z.low), sigma(z.high)}) {
      const Real rest = (1.0L - end) * tanh_slope(a.low, a.high);
      const Real kappa =
          std::hypot(g.per_scale(n + j, by_update), after ? g.per_scale(j, rest * slope[at] * product) : 0.0L,
                     g.per_scale(row, after ? rest * r[at] : rest));
      const Real tau = (rate * rate - nu) / (norm * norm);
      slack.require(0.0L, tau);
      slack.require(end * end / nu + kappa * kappa / tau, tau > 0.0L ? 1.0L : -1.0L);
    }
  }
  return slack.least();
}

/// J = Σ W with slopes in [0, 1], or W alone: the largest slope is the worst in all these norms.
Real slope_slack(const Cell<double>& cell, const verify::Claim& claim) {
  RealMatrix w = find_parameter(cell.parameters(), "weight_hh_l0")->cast<Real>();
  const bool one = claim.norm == "one" || claim.norm == "weighted_one", two = claim.norm.ends_with("two");
  for (Index j = 0; j < w.rows(); ++j) {
    const Real v = one || two ? weight(claim, j) : 1.0L / weight(claim, j);
    w.row(j) *= v;
    w.col(j) /= v;
  }
  Slack slack;
  const RealMatrix sizes = w.cwiseAbs();
  slack.require(two   ? norm_of(w)
                : one ? sizes.colwise().sum().maxCoeff()
                      : sizes.rowwise().sum().maxCoeff(),
                claim.rate);
  return slack.least();
}

bool sensible(const verify::Claim& claim) {
  const auto finite = [](const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
  };
  const auto signs = [](const std::vector<double>& values, bool strictly) {
    return std::all_of(values.begin(), values.end(), [&](double x) { return strictly ? x > 0.0 : x >= 0.0; });
  };
  return finite(claim.weights) && finite(claim.limits) && finite(claim.scales) && signs(claim.weights, true) &&
         signs(claim.limits, false) && std::isfinite(claim.rate) && claim.rate >= 0.0 &&
         std::isfinite(claim.scaled_norm) && claim.scaled_norm >= 0.0 && std::isfinite(claim.split) &&
         claim.split >= 0.0;
}

}  // namespace

long double slack_of(const Cell<double>& cell, const verify::Claim& claim) {
  if (!sensible(claim)) return -1.0L;
  if (cell.kind() == "lstm") return lstm_slack(cell, claim);
  return cell.kind() == "gru" ? gru_slack(cell, claim) : slope_slack(cell, claim);
}

}  // namespace unrecur::testing

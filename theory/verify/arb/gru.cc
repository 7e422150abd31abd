// GRU, gates in the order r, z, n: h' = z h + (1 − z) n. Reset after the product: n = tanh(U x + b + r (R h + b'));
// reset before it: n = tanh(U x + b + R (r h) + b').
#include "theory/verify/arb/gates.h"

namespace unrecur::verify {
namespace {

struct ResetGate {
  Ball value, slope;
};

class Gru {
 public:
  Gru(const Gated& g, const Claim& claim, bool after) : g_(g), claim_(claim), after_(after) {
    for (Index k = 0; k < g.n; ++k) {
      h_.push_back(limit(claim, k));
      v_.push_back(weight(claim, k));
    }
    for (Index k = 0; k < g.n; ++k) {
      const Range r = range(0, k);
      reset_.push_back({largest_sigmoid(r), largest_sigmoid_slope(r)});
      gated_.push_back(reset_.back().value * h_[static_cast<std::size_t>(k)]);
      // |∂(r h)_k/∂·| in the norm's weights: r v_k + h r' Σ |R_r| v
      through_.push_back(reset_.back().value * v_[static_cast<std::size_t>(k)] +
                         h_[static_cast<std::size_t>(k)] * reset_.back().slope * g.reach(k, v_));
    }
  }

  std::string failure(Index j) const {
    const auto at = static_cast<std::size_t>(j);
    const Index row = 2 * g_.n + j;
    // Before the product the second bias only adds; after it the reset gate multiplies it.
    const bool gated_bias = after_ && g_.recurrent_bias != nullptr;
    const Ball own = gated_bias ? abs(Ball((*g_.recurrent_bias)(row, 0))) : Ball(0.0);
    const Ball product = g_.reach(row, h_) + own;  // sup |(R_n h + b')_j|
    const Ball reach = after_ ? reset_[at].value * product : g_.reach(row, gated_);
    const Range candidate = widened(g_.drive(row, claim_.inputs, !after_), reach);
    const Ball n = largest_tanh(candidate);
    if (!surely_at_most(n, h_[at])) return "the limit of h is not kept";
    const Unit unit{range(1, j), largest_tanh_slope(candidate), product, h_[at] + n};
    return is_max_norm(claim_) ? row_failure(unit, j) : two_norm_failure(unit, j);
  }

 private:
  struct Unit {
    Range update;     // preactivation of z
    Ball slope;       // of the candidate
    Ball product;     // sup |(R_n h + b')_j|
    Ball difference;  // sup |h − n|
  };

  /// In max |h_j|/v_j. Affine in z, so the two ends of its range are enough.
  std::string row_failure(const Unit& u, Index j) const {
    const auto at = static_cast<std::size_t>(j);
    const Index row = 2 * g_.n + j;
    const Ball inside = after_ ? reset_[at].value * g_.reach(row, v_) + reset_[at].slope * u.product * g_.reach(j, v_)
                               : g_.reach(row, through_);
    const Ball by_candidate = u.slope * inside;
    const Ball by_update = largest_sigmoid_slope(u.update) * u.difference * g_.reach(g_.n + j, v_);
    for (const Ball* a : {&u.update.low, &u.update.high}) {
      const Ball z = sigmoid(*a);
      const Ball sum = z * v_[at] + (Ball(1.0) - z) * by_candidate + by_update;
      if (!surely_at_most(sum, Ball(claim_.rate) * v_[at])) return "the row exceeds the rate";
    }
    return {};
  }

  /// In ‖h‖₂: |Δh'_j| ≤ z |Δh_j| + κ |part of S R Δh|, whose square is at most ν |Δh_j|² + τ |·|² where
  /// z²/ν + κ²/τ ≤ 1; with ‖S R‖ ≤ N the rate is at most √(ν + τ N²).
  std::string two_norm_failure(const Unit& u, Index j) const {
    const Ball nu(claim_.split), norm(claim_.scaled_norm), rate(claim_.rate);
    const Ball tau = (rate * rate - nu) / (norm * norm);
    const auto by_update = per_scale(g_, claim_, g_.n + j, largest_sigmoid_slope(u.update) * u.difference);
    for (const Ball* a : {&u.update.low, &u.update.high}) {
      const Ball z = sigmoid(*a), rest = (Ball(1.0) - z) * u.slope;
      const auto& reset = reset_[static_cast<std::size_t>(j)];
      const auto by_reset = per_scale(g_, claim_, j, rest * reset.slope * u.product);
      const auto by_candidate = per_scale(g_, claim_, 2 * g_.n + j, rest * reset.value);
      if (!by_update || !by_reset || !by_candidate) return "a row that acts has no scale";
      const Ball kappa2 = *by_update * *by_update + *by_reset * *by_reset + *by_candidate * *by_candidate;
      if (!tau.surely_positive() || !surely_at_most(z * z / nu + kappa2 / tau, 1.0)) return "the unit exceeds the rate";
    }
    return {};
  }

  Range range(Index gate, Index j) const {
    const Index row = gate * g_.n + j;
    return widened(g_.drive(row, claim_.inputs, true), g_.reach(row, h_));
  }

  const Gated& g_;
  const Claim& claim_;
  bool after_;
  std::vector<Ball> h_, v_;  // limits and weights of h
  std::vector<ResetGate> reset_;
  std::vector<Ball> gated_, through_;  // bounds of |r h|, and of its derivative
};

}  // namespace

Finding verify_gru(const Layer& layer, const Claim& claim) {
  const auto reset = layer.attributes.find("reset");
  if (reset == layer.attributes.end() || (reset->second != "after" && reset->second != "before")) {
    return not_proved("the convention of the reset gate is not given");
  }
  const auto gated = read_gated(layer, claim, 3);
  if (!gated) return not_proved("weights or inputs do not have a GRU's shapes");
  if (claim.limits.size() != static_cast<std::size_t>(gated->n)) {
    return not_proved("a GRU contracts within limits of h only, and the claim has none of that size");
  }
  const bool two_norm = claim.norm == "two" && reset->second == "after";
  if (!is_max_norm(claim) && !two_norm)
    return not_proved("GRUs of this convention are not proved here in " + claim.norm);
  if (two_norm && !scaled_norm_holds(*gated, claim)) {
    return not_proved("the norm of the scaled recurrent matrix is not below its bound");
  }
  const Gru gru(*gated, claim, reset->second == "after");
  for (Index j = 0; j < gated->n; ++j) {
    const std::string failure = gru.failure(j);
    if (!failure.empty()) return not_proved("unit " + std::to_string(j) + ": " + failure);
  }
  return {true, {}};
}

}  // namespace unrecur::verify

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
    const Ball inside = after_ ? reset_[at].value * g_.reach(row, v_) + reset_[at].slope * product * g_.reach(j, v_)
                               : g_.reach(row, through_);
    const Ball by_candidate = largest_tanh_slope(candidate) * inside;
    const Range update = range(1, j);
    const Ball by_update = largest_sigmoid_slope(update) * (h_[at] + n) * g_.reach(g_.n + j, v_);
    // Affine in z, so the two ends of its range are enough.
    for (const Ball* a : {&update.low, &update.high}) {
      const Ball z = sigmoid(*a);
      const Ball sum = z * v_[at] + (Ball(1.0) - z) * by_candidate + by_update;
      if (!surely_at_most(sum, Ball(claim_.rate) * v_[at])) return "the row exceeds the rate";
    }
    return {};
  }

 private:
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
  if (!is_max_norm(claim)) return not_proved("GRUs are proved here in max-norms only, not in " + claim.norm);
  const Gru gru(*gated, claim, reset->second == "after");
  for (Index j = 0; j < gated->n; ++j) {
    const std::string failure = gru.failure(j);
    if (!failure.empty()) return not_proved("unit " + std::to_string(j) + ": " + failure);
  }
  return {true, {}};
}

}  // namespace unrecur::verify

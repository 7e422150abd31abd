// Gates r, z, n: h' = z h + (1 − z) n, n = tanh(U x + b + r (R h + b')) or tanh(U x + b + R (r h) + b').
#include <utility>

#include "theory/arithmetic/activation_bounds.h"
#include "theory/gated/comparison.h"
#include "theory/orbits/enclosed_cell.h"

namespace unrecur::enclosures {
namespace {

class EnclosedGru : public EnclosedCell {
 public:
  EnclosedGru(GatedWeights weights, bool after) : w_(std::move(weights)), after_(after) {
    const Index n = w_.n;
    bias_ = w_.bias;
    inner_bias_ = Vector<double>::Zero(n);
    if (w_.recurrent_bias.size() == 0) return;
    second_bias_ = w_.recurrent_bias;
    if (!after_) return;
    inner_bias_ = second_bias_.tail(n);
    second_bias_.tail(n).setZero();
  }

  EnclosedStep over(const Intervals& state, const Intervals& input) const override {
    const Index n = w_.n;
    Intervals drive = product(w_.input, input) + bias_;
    if (second_bias_.size() > 0) drive = std::move(drive) + second_bias_;
    const Intervals gates = segment(drive, 0, 2 * n) + product(w_.recurrent.topRows(2 * n), state);
    const Candidate candidate = candidate_of(state, segment(gates, 0, n), segment(drive, 2 * n, n));
    EnclosedStep step{Intervals(state.size()), IntervalMatrix::zero(n, n)};
    for (Index j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const Interval a = gates[at + static_cast<std::size_t>(n)];
      const Interval& inner = candidate.preactivation[at];
      const Interval z = value_over(w_.gates, a), rest = exactly(1.0) - z, value = value_over(w_.candidate, inner);
      const Interval through = rest * slope_over(w_.candidate, inner);
      const Interval update = (state[at] - value) * slope_over(w_.gates, a);
      step.state[at] = z * state[at] + rest * value;
      for (Index k = 0; k < n; ++k) {
        const Interval own = k == j ? z : exactly(0.0);
        step.jacobian.set(j, k, own + update * exactly(w_.recurrent(n + j, k)) + through * candidate.jacobian.at(j, k));
      }
    }
    return step;
  }

 private:
  struct Candidate {
    Intervals preactivation;
    IntervalMatrix jacobian;  ///< of the preactivation
  };

  Candidate candidate_of(const Intervals& state, const Intervals& reset, const Intervals& drive) const {
    const Index n = w_.n;
    const auto rows = w_.recurrent_of(2);
    const Intervals inner = after_ ? product(rows, state) + inner_bias_ : state;
    // after: r R_n + (q r') R_r with q the inner product; before: R_n (diag r + (h r') R_r).
    IntervalMatrix gated = IntervalMatrix::zero(n, n);
    Intervals moved(inner.size());
    for (Index j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const Interval r = value_over(w_.gates, reset[at]), by_reset = inner[at] * slope_over(w_.gates, reset[at]);
      moved[at] = r * inner[at];
      for (Index k = 0; k < n; ++k) {
        const Interval own = after_ ? r * exactly(rows(j, k)) : (k == j ? r : exactly(0.0));
        gated.set(j, k, own + by_reset * exactly(w_.recurrent(j, k)));
      }
    }
    if (after_) return {drive + moved, std::move(gated)};
    return {drive + product(rows, moved), product(rows, gated)};
  }

  GatedWeights w_;
  bool after_;
  Vector<double> bias_, second_bias_, inner_bias_;
};

}  // namespace

std::unique_ptr<EnclosedCell> gru(const Cell<double>& cell) {
  return std::make_unique<EnclosedGru>(gated_weights(cell), cell.attributes().at("reset") == "after");
}

}  // namespace unrecur::enclosures

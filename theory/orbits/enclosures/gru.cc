// Gates r, z, n: h' = z h + (1 − z) n, n = tanh(U x + b + r (R h + b')) or tanh(U x + b + R (r h) + b').
#include <utility>

#include "theory/gated/gate_factors.h"
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
    const GruFactors by = gru_factors(w_, after_, inner_bias_, state, drive);
    const IntervalMatrix candidate = candidate_jacobian(by);
    EnclosedStep step{Intervals(state.size()), IntervalMatrix::zero(n, n)};
    for (Index j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      step.state[at] = by.keep[at] * state[at] + (exactly(1.0) - by.keep[at]) * by.candidate[at];
      for (Index k = 0; k < n; ++k) {
        const Interval own = k == j ? by.keep[at] : exactly(0.0);
        step.jacobian.set(j, k,
                          own + by.update[at] * exactly(w_.recurrent(n + j, k)) + by.through[at] * candidate.at(j, k));
      }
    }
    return step;
  }

 private:
  /// Of the candidate's preactivation. After: r R_n + (q r') R_r with q the inner product; before: R_n (diag r + (h r')
  /// R_r).
  IntervalMatrix candidate_jacobian(const GruFactors& by) const {
    const Index n = w_.n;
    const auto rows = w_.recurrent_of(2);
    IntervalMatrix gated = IntervalMatrix::zero(n, n);
    for (Index j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      for (Index k = 0; k < n; ++k) {
        const Interval own = after_ ? by.open[at] * exactly(rows(j, k)) : (k == j ? by.open[at] : exactly(0.0));
        gated.set(j, k, own + by.reset[at] * exactly(w_.recurrent(j, k)));
      }
    }
    return after_ ? gated : product(rows, gated);
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

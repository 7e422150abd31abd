// Gates i, f, z, o: c' = f c + i z, h' = o tanh(c'), state (c, h).
#include <utility>

#include "theory/gated/gate_factors.h"
#include "theory/orbits/enclosed_cell.h"

namespace unrecur::enclosures {
namespace {

class EnclosedLstm : public EnclosedCell {
 public:
  explicit EnclosedLstm(GatedWeights weights) : w_(std::move(weights)) {}

  EnclosedStep over(const Intervals& state, const Intervals& input) const override {
    const Index n = w_.n;
    Intervals a = product(w_.recurrent, segment(state, n, n)) + product(w_.input, input) + w_.bias;
    if (w_.recurrent_bias.size() > 0) a = std::move(a) + w_.recurrent_bias;
    const auto gate = [&](Index g, Index j) { return a[static_cast<std::size_t>(g * n + j)]; };
    EnclosedStep step{Intervals(state.size()), IntervalMatrix::zero(2 * n, 2 * n)};
    for (Index j = 0; j < n; ++j) {
      const LstmCellFactors cell =
          lstm_cell_factors(w_, gate(0, j), gate(1, j), gate(2, j), state[static_cast<std::size_t>(j)]);
      const LstmOutputFactors hidden = lstm_output_factors(w_, gate(3, j), cell.next);
      step.state[static_cast<std::size_t>(j)] = cell.next;
      step.state[static_cast<std::size_t>(n + j)] = hidden.next;
      step.jacobian.set(j, j, cell.own);
      step.jacobian.set(n + j, j, hidden.through * cell.own);
      fill(step.jacobian, cell, hidden, j);
    }
    return step;
  }

 private:
  void fill(IntervalMatrix& jacobian, const LstmCellFactors& by, const LstmOutputFactors& hidden, Index j) const {
    const Index n = w_.n;
    for (Index k = 0; k < n; ++k) {
      const auto r = [&](Index g) { return exactly(w_.recurrent(g * n + j, k)); };
      const Interval cell = by.by_i * r(0) + by.by_f * r(1) + by.by_z * r(2);
      jacobian.set(j, n + k, cell);
      jacobian.set(n + j, n + k, hidden.through * cell + hidden.by_o * r(3));
    }
  }

  GatedWeights w_;
};

}  // namespace

std::unique_ptr<EnclosedCell> lstm(const Cell<double>& cell) {
  return std::make_unique<EnclosedLstm>(gated_weights(cell));
}

}  // namespace unrecur::enclosures

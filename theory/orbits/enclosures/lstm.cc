// Gates i, f, z, o: c' = f c + i z, h' = o tanh(c'), state (c, h).
#include <utility>

#include "theory/gated/gate_box.h"
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
      const Interval c = state[static_cast<std::size_t>(j)];
      const Interval i = sigmoid_over(gate(0, j)), f = sigmoid_over(gate(1, j)), z = tanh_over(gate(2, j));
      const Interval o = sigmoid_over(gate(3, j)), next = f * c + i * z, t = tanh_over(next);
      step.state[static_cast<std::size_t>(j)] = next;
      step.state[static_cast<std::size_t>(n + j)] = o * t;
      const Row row{.i = z * sigmoid_slope_over(gate(0, j)),
                    .f = c * sigmoid_slope_over(gate(1, j)),
                    .z = i * tanh_slope_over(gate(2, j)),
                    .o = t * sigmoid_slope_over(gate(3, j)),
                    .out = o * tanh_slope_over(next)};
      step.jacobian.set(j, j, f);
      step.jacobian.set(n + j, j, row.out * f);
      fill(step.jacobian, row, j);
    }
    return step;
  }

 private:
  /// How the preactivations move c' and, beside c', h'; and how c' moves h'.
  struct Row {
    Interval i, f, z, o, out;
  };

  void fill(IntervalMatrix& jacobian, const Row& row, Index j) const {
    const Index n = w_.n;
    for (Index k = 0; k < n; ++k) {
      const auto r = [&](Index g) { return exactly(w_.recurrent(g * n + j, k)); };
      const Interval cell = row.i * r(0) + row.f * r(1) + row.z * r(2);
      jacobian.set(j, n + k, cell);
      jacobian.set(n + j, n + k, row.out * cell + row.o * r(3));
    }
  }

  GatedWeights w_;
};

}  // namespace

std::unique_ptr<EnclosedCell> lstm(const Cell<double>& cell) {
  return std::make_unique<EnclosedLstm>(gated_weights(cell));
}

}  // namespace unrecur::enclosures

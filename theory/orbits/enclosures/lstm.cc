// Gates i, f, z, o: c' = f c + i z, h' = o tanh(c'), state (c, h).
#include <utility>

#include "theory/arithmetic/activation_bounds.h"
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
      const auto value = [&](Index g) { return value_over(w_.gates, gate(g, j)); };
      const auto slope = [&](Index g) { return slope_over(w_.gates, gate(g, j)); };
      const Interval i = value(0), f = value(1), z = value_over(w_.candidate, gate(2, j)), o = value(3);
      const Interval next = f * c + i * z, t = value_over(w_.output, next);
      step.state[static_cast<std::size_t>(j)] = next;
      step.state[static_cast<std::size_t>(n + j)] = o * t;
      const Row row{.i = z * slope(0),
                    .f = c * slope(1),
                    .z = i * slope_over(w_.candidate, gate(2, j)),
                    .o = t * slope(3),
                    .out = o * slope_over(w_.output, next)};
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

// h' = (1 − α) h + α ρ(W h + U x + b), J = (1 − α) I + α Σ W.
#include <optional>
#include <utility>

#include "theory/arithmetic/activation_bounds.h"
#include "theory/orbits/enclosed_cell.h"
#include "theory/slope/slope_map.h"

namespace unrecur::enclosures {
namespace {

class Sloped : public EnclosedCell {
 public:
  Sloped(const Cell<double>& cell, const SlopeMap& map, const ActivationFunction& activation)
      : w_(map.w), u_(*find_parameter(cell.parameters(), "weight_ih_l0")), leak_(map.leak), activation_(activation) {
    const Matrix<double>* bias = find_parameter(cell.parameters(), "bias_ih_l0");
    const Matrix<double>* second = find_parameter(cell.parameters(), "bias_hh_l0");
    if (second != nullptr) second_bias_ = second->col(0);
    bias_ = bias == nullptr ? Vector<double>(Vector<double>::Zero(w_.rows())) : Vector<double>(bias->col(0));
  }

  EnclosedStep over(const Intervals& state, const Intervals& input) const override {
    const Index n = w_.rows();
    Intervals a = product(w_, state) + product(u_, input) + bias_;
    if (second_bias_.size() > 0) a = std::move(a) + second_bias_;
    const Interval leak = exactly(leak_), stay = exactly(1.0) - leak;
    EnclosedStep step{Intervals(a.size()), IntervalMatrix::zero(n, n)};
    for (Index j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const Interval slope = leak * slope_over(activation_, a[at]);
      step.state[at] = stay * state[at] + leak * value_over(activation_, a[at]);
      for (Index k = 0; k < n; ++k) step.jacobian.set(j, k, slope * exactly(w_(j, k)));
      step.jacobian.set(j, j, stay + step.jacobian.at(j, j));
    }
    return step;
  }

 private:
  Matrix<double> w_, u_;
  Vector<double> bias_, second_bias_;
  double leak_;
  ActivationFunction activation_;
};

}  // namespace

std::unique_ptr<EnclosedCell> sloped(const Cell<double>& cell) {
  const std::optional<SlopedStep> step = sloped_step(cell);
  const std::optional<SlopeMap> map = slope_map(cell);
  if (!step || !map || !map->well_formed()) return nullptr;
  return std::make_unique<Sloped>(cell, *map, step->activation);
}

}  // namespace unrecur::enclosures

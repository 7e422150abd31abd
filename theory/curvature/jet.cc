#include "theory/curvature/jet.h"

#include "theory/arithmetic/activation_bounds.h"

namespace unrecur {

double curvature_of(const ActivationFunction& function) {
  switch (function.kind) {
    case Activation::identity:
      return 0.0;
    case Activation::tanh:
      return 0.769800358919502;  // 4/(3√3), where tanh² = 1/3, and a little more
    case Activation::sigmoid:
      return 0.0962250448649377;  // 1/(6√3): σ(a) = (1 + tanh(a/2))/2
    case Activation::softsign:
      return 2.0;  // ρ' = 1/(1 + |a|)², steepest beside 0
    case Activation::leaky_relu:
      return function.slope == 1.0 ? 0.0 : kInfinity;
    case Activation::elu:
      return function.slope == 1.0 ? 1.0 : kInfinity;
    case Activation::hard_sigmoid:
      return function.slope == 0.0 ? 0.0 : kInfinity;
    case Activation::relu:
      break;
  }
  return kInfinity;
}

Jet jet_through(const ActivationFunction& function, const Jet& q) {
  const Interval slopes = slopes_of(function);
  const double slope = std::max(std::abs(slopes.low), std::abs(slopes.high));
  const double lipschitz = add_up(magnitude_at_zero(function), bound_product(slope, q.value));
  return {
      std::min(bound_of(function).value_or(kInfinity), lipschitz), bound_product(slope, q.first),
      add_up(bound_product(curvature_of(function), bound_product(q.first, q.first)), bound_product(slope, q.second))};
}

}  // namespace unrecur

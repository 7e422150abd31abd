#pragma once

#include <algorithm>
#include <vector>

#include "models/layers/activation.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {

/// Upper bounds of one number that depends on the state: of |q|, of |∂q[d]| and of |∂²q[d, e]| over a convex set of
/// states and over all directions d, e in the unit ball of a norm. All rounded upwards; infinite where nothing is
/// known.
struct Jet {
  double value = 0.0, first = 0.0, second = 0.0;
};

using Jets = std::vector<Jet>;

/// a b rounded upwards, for bounds: nothing of what is not bounded is nothing.
inline double bound_product(double a, double b) {
  return a == 0.0 || b == 0.0 ? 0.0 : multiply_up(a, b);
}

/// Of p + q and of p − q.
inline Jet jet_sum(const Jet& p, const Jet& q) {
  return {add_up(p.value, q.value), add_up(p.first, q.first), add_up(p.second, q.second)};
}

/// Of p q: ∂²(p q)[d, e] has p ∂²q, q ∂²p and twice a product of first derivatives.
inline Jet jet_product(const Jet& p, const Jet& q) {
  const double mixed = 2.0 * bound_product(p.first, q.first);
  return {bound_product(p.value, q.value), add_up(bound_product(p.first, q.value), bound_product(p.value, q.first)),
          add_up(mixed, add_up(bound_product(p.second, q.value), bound_product(p.value, q.second)))};
}

/// c q.
inline Jet jet_scaled(double c, const Jet& q) {
  return {bound_product(c, q.value), bound_product(c, q.first), bound_product(c, q.second)};
}

/// c with |ρ'(a) − ρ'(b)| ≤ c |a − b| everywhere; infinite where ρ has a kink.
double curvature_of(const ActivationFunction& function);

/// ρ(q), of any q. ∂²ρ(q)[d, e] = ρ''(q) ∂q[d] ∂q[e] + ρ'(q) ∂²q[d, e].
Jet jet_through(const ActivationFunction& function, const Jet& q);

}  // namespace unrecur

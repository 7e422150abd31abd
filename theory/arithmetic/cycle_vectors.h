#pragma once

#include <utility>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Eigenvectors of a product J_{p−1} ⋯ J_0 carried around the cycle: right[t] before step t, left[t] after it, so that
/// ∂λ/∂θ of a parameter of J_t alone is left[t]ᵀ (∂J_t/∂θ) right[t].
struct CycleVectors {
  std::vector<Eigen::VectorXcd> right, left;
};

/// From x and z, right and left eigenvectors of the product with zᵀx = 1; jacobian(t) gives J_t. Cost: 2 (p − 1)
/// products of a matrix and a vector.
template <class Jacobian>
CycleVectors carried_around(Index period, Eigen::VectorXcd x, Eigen::VectorXcd z, const Jacobian& jacobian) {
  CycleVectors vectors{{std::move(x)}, std::vector<Eigen::VectorXcd>(static_cast<std::size_t>(period), std::move(z))};
  for (Index t = 0; t + 1 < period; ++t) vectors.right.push_back(jacobian(t) * vectors.right.back());
  for (Index t = period - 1; t > 0; --t) {
    const auto at = static_cast<std::size_t>(t);
    vectors.left[at - 1] = jacobian(t).transpose() * vectors.left[at];
  }
  return vectors;
}

}  // namespace unrecur

#pragma once

#include <cmath>

#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/truncation/truncated_training.h"

namespace unrecur::testing {

/// p = gᵀh.
inline StateLoss linear_loss(const Vector<double>& g) {
  const double norm = frobenius_norm_upper(g);
  return {norm, 0.0, norm};
}

/// p = −ln softmax(V h + c)_y: L_p = √2 ‖V‖, β_p = ½‖V‖².
inline StateLoss softmax_loss(const Matrix<double>& v) {
  const double norm = spectral_norm_upper(v);
  return {multiply_up(sqrt_up(2.0), norm), 0.5 * multiply_up(norm, norm), norm};
}

/// p = Σ_j of the Bernoulli losses of P keys: L_p = √P ‖V‖, β_p = ¼‖V‖².
inline StateLoss bernoulli_loss(const Matrix<double>& v) {
  const double norm = spectral_norm_upper(v);
  return {multiply_up(sqrt_up(static_cast<double>(v.rows())), norm), 0.25 * multiply_up(norm, norm), norm};
}

}  // namespace unrecur::testing

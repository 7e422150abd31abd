#pragma once

#include "models/decoders/logit_rows.h"
#include "models/decoders/loss.h"

namespace unrecur {

/// An affine map scored by a loss: z = V h + c, ℓ(z, y). V is p × n, c is p.
///
/// Predictions are made in chunks of columns of 64 MB (in float) at most. `z` is room for one.
template <class S>
struct ScoredMap {
  LogitRows<S> weight;    ///< V
  const Matrix<S>& bias;  ///< c, one column
  const Loss<S>& loss;

  /// Σ_j w_j ℓ(V h_j + c, y_j).
  double evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets, Matrix<S>& z) const;

  /// The same sum; adds scale · its gradient to d_weight and d_bias and writes scale · ∂/∂h to d_h (resized).
  double differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                       const LogitRowsGradient<S>& d_weight, Matrix<S>& d_bias, Matrix<S>& d_h, Matrix<S>& z) const;

 private:
  template <class F>
  double in_chunks(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale, Vector<S>& d_bias, Matrix<S>& z,
                   const F& use) const;
};

}  // namespace unrecur

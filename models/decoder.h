#pragma once

#include <memory>

#include "models/loss.h"
#include "models/parameters.h"

namespace unrecur {

/// Linear decoder with its loss: z = V h + c, ℓ(z, y).
///
/// Predictions are made, scored and differentiated in chunks of columns of 64 MB (in float) at most, so that memory
/// does not grow with (outputs × columns). Parameters: weight = V (p × n), bias = c (p).
template <class S>
class Decoder {
 public:
  Decoder(Index outputs, Index n, std::unique_ptr<Loss<S>> loss);
  Decoder(const Decoder& other);
  Decoder(Decoder&&) noexcept = default;
  Decoder& operator=(Decoder&&) noexcept = default;

  const Parameters<S>& parameters() const { return parameters_; }
  Parameters<S>& parameters() { return parameters_; }
  const Loss<S>& loss() const { return *loss_; }

  /// z for all columns of h.
  Matrix<S> predict(const ConstMatrixRef<S>& h) const;

  /// Σ_j w_j ℓ(V h_j + c, y_j).
  double evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const;

  /// The same sum; adds scale · its gradient to `gradient` (weight and bias) and writes scale · ∂/∂h to d_h. `z` is
  /// room for a chunk, which a caller keeps from step to step.
  double differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale, Parameters<S>& gradient,
                       Matrix<S>& d_h, Matrix<S>& z) const;

 private:
  template <class F>
  double in_chunks(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale, Vector<S>& d_bias, Matrix<S>& z,
                   const F& use) const;

  Parameters<S> parameters_;
  std::unique_ptr<Loss<S>> loss_;
};

}  // namespace unrecur

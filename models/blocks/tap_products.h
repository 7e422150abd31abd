#pragma once

#include "models/blocks/taps.h"

namespace unrecur {

/// The products of a causal convolution over a batch, a_t = W_0 x_t + … + W_{k−1} x_{t−(k−1)d}, with W = (W_0, …,
/// W_{k−1}) of n × k m, and their gradients. One object serves one batch: forward first, then the gradients.
///
/// Where all sequences have one length and m is at least wide_inputs, tap by tap: every W_i meets the inputs where they
/// lie. Else all that a column reads is written on top of each other first, one product of k m rows. Cost 2 n k m a
/// column either way; the second way also writes and keeps k m numbers a column, which for wide layers takes longer
/// than it saves.
template <class S>
class TapProducts {
 public:
  /// Inputs from which on products tap by tap win, measured; below, what it saves is less than small products lose.
  static constexpr Index kWideInputs = 256;
  explicit TapProducts(Index wide_inputs = kWideInputs) : wide_inputs_(wide_inputs) {}

  /// Writes n × columns to sums. x is m × columns, initial state × batch; both are read again by weight_gradient.
  void forward(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights, const ConstMatrixRef<S>& x,
               const ConstMatrixRef<S>& initial, MatrixRef<S> sums);

  /// d_weights = beta d_weights + ∂loss/∂W.
  void weight_gradient(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& d_sums,
                       const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, MatrixRef<S> d_weights,
                       S beta) const;

  /// Writes ∂loss/∂x (m × columns) and ∂loss/∂initial (state × batch) where they are not null.
  void input_gradient(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                      const ConstMatrixRef<S>& d_sums, Matrix<S>* d_x, Matrix<S>* d_initial) const;

 private:
  Index wide_inputs_;
  bool direct_ = false;
  Matrix<S> windows_;  ///< what each column reads; empty where that is direct
};

}  // namespace unrecur

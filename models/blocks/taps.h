#pragma once

#include "models/arrays/matrix.h"
#include "models/arrays/packing.h"

namespace unrecur {

/// Where a causal convolution looks: at x_t, x_{t−d}, …, x_{t−(k−1)d}. What lies before the first input is a state, the
/// last (k − 1) d inputs, the oldest on top.
struct Taps {
  Index inputs = 1;  ///< m, rows of x
  Index kernel = 1;  ///< k
  Index dilation = 1;

  /// (k − 1) d, the inputs in the state.
  Index reach() const { return (kernel - 1) * dilation; }
  /// Rows of the state.
  Index state() const { return inputs * reach(); }
};

/// W_i of the weights (W_0, …, W_{k−1}) of all taps, n × k m.
template <class M>
auto tap_of(const Taps& taps, M& weights, Index i) {
  return weights.middleCols(i * taps.inputs, taps.inputs);
}

/// What each column reads, x_t on top: k m × columns. `initial` is state × batch.
template <class S>
Matrix<S> unfold(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& x,
                 const ConstMatrixRef<S>& initial);

/// The adjoint of unfold: writes m × columns to d_input and state × batch to d_initial where they are not null.
template <class S>
void fold(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& d_windows, Matrix<S>* d_input,
          Matrix<S>* d_initial);

/// The state after the last step of each sequence, state × batch.
template <class S>
Matrix<S> last_inputs(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& x,
                      const ConstMatrixRef<S>& initial);

/// The last inputs of running sequences in a ring: a step costs k m whatever the dilation is, and moves nothing.
template <class S>
class TapRing {
 public:
  TapRing(const Taps& taps, Index batch);
  /// Takes x_t (m × B) in and returns what its column reads, k m × B.
  const Matrix<S>& window(const ConstMatrixRef<S>& x);

 private:
  Taps taps_;
  Matrix<S> inputs_;  ///< m × (reach + 1) B, the inputs of a step beside each other
  Matrix<S> window_;
  Index now_ = 0;
};

}  // namespace unrecur

#pragma once

#include "models/blocks/taps.h"

namespace unrecur {

/// How the products of a convolution are made.
enum class TapMethod {
  by_size,   ///< the fastest of those below, as measured
  unfolded,  ///< all that a column reads on top of each other first, then one product of k m rows
  direct,    ///< tap by tap: every W_i meets the inputs where they lie
  filtered   ///< three taps and some steps at a time with fewer products (FilteredTaps), other taps directly
};

/// The products of a causal convolution over a batch, a_t = W_0 x_t + … + W_{k−1} x_{t−(k−1)d}, with W = (W_0, …,
/// W_{k−1}) of n × k m, and their gradients. One object serves one batch: forward first, then the gradients.
///
/// Cost 2 n k m a column, of taps in threes two thirds of it where two steps at a time save products, and half of it
/// for each gradient where four do; unfolding also writes and keeps k m numbers a column. Sequences of different
/// lengths are unfolded, whatever is asked for.
template <class S>
class TapProducts {
 public:
  explicit TapProducts(TapMethod method = TapMethod::by_size) : asked_(method) {}

  /// Writes n × columns to sums. x is m × columns, initial state × batch; both are read again by gradients.
  void forward(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights, const ConstMatrixRef<S>& x,
               const ConstMatrixRef<S>& initial, MatrixRef<S> sums);

  /// d_weights = beta d_weights + ∂loss/∂W; writes ∂loss/∂x (m × columns) and ∂loss/∂initial (state × batch) where they
  /// are not null.
  void gradients(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                 const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, S beta,
                 MatrixRef<S> d_weights, Matrix<S>* d_x, Matrix<S>* d_initial) const;

 private:
  TapMethod method_for(const Taps& taps, const Packing& packing) const;
  /// Adds what taps in threes have to do with it, as FilteredTaps does.
  void filtered_gradients(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                          const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                          MatrixRef<S> d_weights, Matrix<S>* d_x, Matrix<S>* d_initial) const;
  void weight_gradient(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& d_sums,
                       const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, MatrixRef<S> d_weights) const;
  void input_gradient(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                      const ConstMatrixRef<S>& d_sums, Matrix<S>* d_x, Matrix<S>* d_initial) const;
  /// Taps that are taken in threes; the others follow them.
  Index taken_in_threes(const Taps& taps) const { return method_ == TapMethod::filtered ? taps.kernel / 3 * 3 : 0; }

  TapMethod asked_;
  TapMethod method_ = TapMethod::unfolded;
  Matrix<S> windows_;  ///< what each column reads, where it is unfolded
};

}  // namespace unrecur

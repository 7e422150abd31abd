#pragma once

#include "models/layers/cell.h"

namespace unrecur {

/// The states h_t^k of the truncated models of every order k = 1 … K at every time t of one sequence, in K sweeps.
///
///     h_t^k = φ(h_{t−1}^{k−1}, x_t),   h_t^0 = 0
///
/// Column t of sweep k reads column t − 1 of sweep k − 1, so a sweep is one batched step over all time steps: K steps
/// on T columns instead of the K(K + 1)/2 that running every window costs. For t < k the window reaches back to the
/// start and h_t^k is the untruncated state; those columns are not computed again.
///
/// x is m × T. Memory: two state × (T + 1) matrices and the drive. Source: Miller and Hardt, arXiv:1805.10369,
/// section 3.
template <class S>
class TruncationSweep {
 public:
  TruncationSweep(const Cell<S>& cell, const ConstMatrixRef<S>& x);

  /// Goes from order k to k + 1.
  void forward_step();
  /// k; 0 before the first call of forward_step.
  Index order() const { return order_; }
  /// h_t^k for all t, state × T.
  auto states() const { return now_.rightCols(map_->columns()); }

 private:
  std::unique_ptr<FixedInputMap<S>> map_;
  Index order_ = 0;
  Matrix<S> now_, next_;  ///< first column: the zero state before the sequence
};

/// h_t^T for all t: the untruncated states, step by step.
template <class S>
Matrix<S> full_states(const Cell<S>& cell, const ConstMatrixRef<S>& x);

}  // namespace unrecur

#include "models/truncation/orders.h"

#include <algorithm>
#include <utility>

namespace unrecur {

template <class S>
TruncationSweep<S>::TruncationSweep(const Cell<S>& cell, const ConstMatrixRef<S>& x)
    : map_(cell.fix_inputs(x)),
      now_(Matrix<S>::Zero(cell.shape().state, x.cols() + 1)),
      next_(Matrix<S>::Zero(cell.shape().state, x.cols() + 1)) {}

template <class S>
void TruncationSweep<S>::forward_step() {
  // Before this sweep columns up to `order_` of now_ are final (column 0 is the zero state); next_ lacks the last of
  // them.
  const Index steps = map_->columns(), settled = std::min(order_, steps);
  next_.col(settled) = now_.col(settled);
  if (settled < steps) {
    const Index open = steps - settled;
    map_->apply(now_.middleCols(settled, open), settled, next_.middleCols(settled + 1, open));
  }
  std::swap(now_, next_);
  ++order_;
}

template <class S>
Matrix<S> full_states(const Cell<S>& cell, const ConstMatrixRef<S>& x) {
  return run_states<S>(cell, Packing::single(x.cols()), x, Matrix<S>::Zero(cell.shape().state, 1));
}

template class TruncationSweep<float>;
template class TruncationSweep<double>;
template Matrix<float> full_states(const Cell<float>&, const ConstMatrixRef<float>&);
template Matrix<double> full_states(const Cell<double>&, const ConstMatrixRef<double>&);

}  // namespace unrecur

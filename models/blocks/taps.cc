#include "models/blocks/taps.h"

#include "models/blocks/tap_runs.h"

namespace unrecur {

template <class S>
Matrix<S> unfold(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& x,
                 const ConstMatrixRef<S>& initial) {
  const Index m = taps.inputs;
  Matrix<S> windows(taps.kernel * m, packing.columns());
  for_each_run(
      taps, 0, packing,
      [&](Index tap, Index first, Index columns, Index from) {
        windows.block(tap * m, first, m, columns) = x.middleCols(from, columns);
      },
      [&](Index tap, Index first, Index columns, Index row) {
        windows.block(tap * m, first, m, columns) = initial.block(row, 0, m, columns);
      });
  return windows;
}

template <class S>
void fold(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& d_windows, Matrix<S>* d_input,
          Matrix<S>* d_initial) {
  const Index m = taps.inputs;
  if (d_input != nullptr) d_input->setZero(m, packing.columns());
  if (d_initial != nullptr) d_initial->setZero(taps.state(), packing.batch());
  for_each_run(
      taps, 0, packing,
      [&](Index tap, Index first, Index columns, Index from) {
        if (d_input == nullptr) return;
        d_input->middleCols(from, columns) += d_windows.block(tap * m, first, m, columns);
      },
      [&](Index tap, Index first, Index columns, Index row) {
        if (d_initial == nullptr) return;
        d_initial->block(row, 0, m, columns) += d_windows.block(tap * m, first, m, columns);
      });
}

template <class S>
Matrix<S> last_inputs(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& x,
                      const ConstMatrixRef<S>& initial) {
  const Index m = taps.inputs, reach = taps.reach();
  Matrix<S> last(taps.state(), packing.batch());
  for (Index b = 0; b < packing.batch() && reach > 0; ++b) {
    const Index length = packing.length(b);
    for (Index j = 0; j < reach; ++j) {
      const Index from = length - reach + j;
      auto block = last.block(j * m, b, m, 1);
      if (from >= 0) {
        block = x.col(packing.column(b, from));
      } else {
        block = initial.block((length + j) * m, b, m, 1);
      }
    }
  }
  return last;
}

template <class S>
TapRing<S>::TapRing(const Taps& taps, Index batch)
    : taps_(taps),
      inputs_(Matrix<S>::Zero(taps.inputs, (taps.reach() + 1) * batch)),
      window_(taps.kernel * taps.inputs, batch) {}

template <class S>
const Matrix<S>& TapRing<S>::window(const ConstMatrixRef<S>& x) {
  const Index m = taps_.inputs, batch = window_.cols(), slots = taps_.reach() + 1;
  inputs_.middleCols(now_ * batch, batch) = x;
  for (Index i = 0; i < taps_.kernel; ++i) {
    const Index slot = (now_ + slots - i * taps_.dilation) % slots;
    window_.middleRows(i * m, m) = inputs_.middleCols(slot * batch, batch);
  }
  now_ = (now_ + 1) % slots;
  return window_;
}

#define UNRECUR_INSTANTIATE(S)                                                                                     \
  template Matrix<S> unfold(const Taps&, const Packing&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>&);      \
  template void fold(const Taps&, const Packing&, const ConstMatrixRef<S>&, Matrix<S>*, Matrix<S>*);               \
  template Matrix<S> last_inputs(const Taps&, const Packing&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>&); \
  template class TapRing<S>
UNRECUR_INSTANTIATE(float);
UNRECUR_INSTANTIATE(double);
#undef UNRECUR_INSTANTIATE

}  // namespace unrecur

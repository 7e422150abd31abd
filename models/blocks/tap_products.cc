#include "models/blocks/tap_products.h"

#include "models/arrays/product.h"
#include "models/blocks/tap_runs.h"

namespace unrecur {
namespace {

template <class S>
ConstMatrixRef<S> tap_of(const Taps& taps, const ConstMatrixRef<S>& weights, Index tap) {
  return weights.middleCols(tap * taps.inputs, taps.inputs);
}

}  // namespace

template <class S>
void TapProducts<S>::forward(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                             const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, MatrixRef<S> sums) {
  direct_ = taps.kernel == 1 || (taps.inputs >= wide_inputs_ && uniform(packing));
  if (!direct_) {
    windows_ = unfold<S>(taps, packing, x, initial);
    multiply<S>(weights, windows_, sums, S(0));
    return;
  }
  windows_.resize(0, 0);
  // The first tap reads the input of every column, and the others add to it.
  const auto beta = [](Index tap) { return tap == 0 ? S(0) : S(1); };
  for_each_run(
      taps, packing,
      [&](Index tap, Index first, Index columns, Index from) {
        multiply<S>(tap_of<S>(taps, weights, tap), x.middleCols(from, columns), sums.middleCols(first, columns),
                    beta(tap));
      },
      [&](Index tap, Index first, Index columns, Index row) {
        const auto read = initial.block(row, 0, taps.inputs, columns);
        if (read.isZero(S(0))) return;
        multiply<S>(tap_of<S>(taps, weights, tap), read, sums.middleCols(first, columns), S(1));
      });
}

template <class S>
void TapProducts<S>::weight_gradient(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& d_sums,
                                     const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                                     MatrixRef<S> d_weights, S beta) const {
  if (!direct_) return multiply_by_transposed<S>(d_sums, windows_, d_weights, beta);
  if (beta == S(0)) d_weights.setZero();
  const auto add = [&](Index tap, Index first, const ConstMatrixRef<S>& read) {
    multiply_by_transposed<S>(d_sums.middleCols(first, read.cols()), read,
                              d_weights.middleCols(tap * taps.inputs, taps.inputs), S(1));
  };
  for_each_run(
      taps, packing,
      [&](Index tap, Index first, Index columns, Index from) { add(tap, first, x.middleCols(from, columns)); },
      [&](Index tap, Index first, Index columns, Index row) {
        const auto read = initial.block(row, 0, taps.inputs, columns);
        if (!read.isZero(S(0))) add(tap, first, read);
      });
}

template <class S>
void TapProducts<S>::input_gradient(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                                    const ConstMatrixRef<S>& d_sums, Matrix<S>* d_x, Matrix<S>* d_initial) const {
  if (!direct_) {
    Matrix<S> d_windows(weights.cols(), d_sums.cols());
    multiply_transposed<S>(weights, d_sums, d_windows, S(0));
    return fold<S>(taps, packing, d_windows, d_x, d_initial);
  }
  if (d_x != nullptr) d_x->resize(taps.inputs, packing.columns());
  if (d_initial != nullptr) d_initial->setZero(taps.state(), packing.batch());
  for_each_run(
      taps, packing,
      [&](Index tap, Index first, Index columns, Index from) {
        if (d_x == nullptr) return;
        multiply_transposed<S>(tap_of<S>(taps, weights, tap), d_sums.middleCols(first, columns),
                               d_x->middleCols(from, columns), tap == 0 ? S(0) : S(1));
      },
      [&](Index tap, Index first, Index columns, Index row) {
        if (d_initial == nullptr) return;
        multiply_transposed<S>(tap_of<S>(taps, weights, tap), d_sums.middleCols(first, columns),
                               d_initial->block(row, 0, taps.inputs, columns), S(1));
      });
}

template class TapProducts<float>;
template class TapProducts<double>;

}  // namespace unrecur

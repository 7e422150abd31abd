#include "models/blocks/tap_products.h"

#include "models/arrays/product.h"
#include "models/blocks/paired_taps.h"
#include "models/blocks/tap_runs.h"

namespace unrecur {
namespace {

// Measured with the kernels for AVX2 and AVX-512. Below, what pairs save is less than their sums cost,
constexpr Index kInputsForPairs = 64;
// and what is not moved is less than many small products lose.
constexpr Index kBatchForTaps = 8, kInputsForTaps = 256, kFewestInputsForTaps = 16;

}  // namespace

template <class S>
TapMethod TapProducts<S>::method_for(const Taps& taps, const Packing& packing) const {
  if (taps.kernel == 1) return TapMethod::direct;
  if (!uniform(packing) || asked_ == TapMethod::unfolded) return TapMethod::unfolded;
  if (asked_ != TapMethod::by_size) return asked_;
  const bool wide = packing.batch() >= kBatchForTaps && taps.inputs >= kFewestInputsForTaps;
  if (wide && taps.kernel >= 3 && taps.inputs >= kInputsForPairs && PairedTaps<S>::fewer_products(taps, packing)) {
    return TapMethod::paired;
  }
  return wide || taps.inputs >= kInputsForTaps ? TapMethod::direct : TapMethod::unfolded;
}

template <class S>
void TapProducts<S>::forward(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                             const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, MatrixRef<S> sums) {
  method_ = method_for(taps, packing);
  threes_.clear();
  if (method_ == TapMethod::unfolded) {
    windows_ = unfold<S>(taps, packing, x, initial);
    multiply<S>(weights, windows_, sums, S(0));
    return;
  }
  windows_.resize(0, 0);
  // The first taps read the input of every column, and the others add to it.
  const auto beta = [](Index tap) { return tap == 0 ? S(0) : S(1); };
  for (Index tap = 0; tap < taken_in_threes(taps); tap += 3) {
    threes_.emplace_back(taps, tap, packing).forward(weights, x, initial, beta(tap), sums);
  }
  for_each_run(
      taps, taken_in_threes(taps), packing,
      [&](Index tap, Index first, Index columns, Index from) {
        multiply<S>(tap_of(taps, weights, tap), x.middleCols(from, columns), sums.middleCols(first, columns),
                    beta(tap));
      },
      [&](Index tap, Index first, Index columns, Index row) {
        const auto read = initial.block(row, 0, taps.inputs, columns);
        if (read.isZero(S(0))) return;
        multiply<S>(tap_of(taps, weights, tap), read, sums.middleCols(first, columns), S(1));
      });
}

template <class S>
void TapProducts<S>::gradients(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                               const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x,
                               const ConstMatrixRef<S>& initial, S beta, MatrixRef<S> d_weights, Matrix<S>* d_x,
                               Matrix<S>* d_initial) const {
  if (method_ == TapMethod::unfolded) {
    multiply_by_transposed<S>(d_sums, windows_, d_weights, beta);
    if (d_x == nullptr && d_initial == nullptr) return;
    Matrix<S> d_windows(weights.cols(), d_sums.cols());
    multiply_transposed<S>(weights, d_sums, d_windows, S(0));
    return fold<S>(taps, packing, d_windows, d_x, d_initial);
  }
  if (beta == S(0)) d_weights.setZero();
  if (d_x != nullptr) d_x->resize(taps.inputs, packing.columns());
  if (d_x != nullptr && threes_.empty()) d_x->setZero();
  if (d_initial != nullptr) d_initial->setZero(taps.state(), packing.batch());
  for (const PairedTaps<S>& three : threes_) three.gradients(d_sums, x, initial, d_weights, d_x, d_initial);
  weight_gradient(taps, packing, d_sums, x, initial, d_weights);
  input_gradient(taps, packing, weights, d_sums, d_x, d_initial);
}

/// Adds that of the taps that are taken directly.
template <class S>
void TapProducts<S>::weight_gradient(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& d_sums,
                                     const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                                     MatrixRef<S> d_weights) const {
  const auto add = [&](Index tap, Index first, const ConstMatrixRef<S>& read) {
    multiply_by_transposed<S>(d_sums.middleCols(first, read.cols()), read, tap_of(taps, d_weights, tap), S(1));
  };
  for_each_run(
      taps, taken_in_threes(taps), packing,
      [&](Index tap, Index first, Index columns, Index from) { add(tap, first, x.middleCols(from, columns)); },
      [&](Index tap, Index first, Index columns, Index row) {
        const auto read = initial.block(row, 0, taps.inputs, columns);
        if (!read.isZero(S(0))) add(tap, first, read);
      });
}

/// Adds that of the taps that are taken directly.
template <class S>
void TapProducts<S>::input_gradient(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                                    const ConstMatrixRef<S>& d_sums, Matrix<S>* d_x, Matrix<S>* d_initial) const {
  const auto add = [&](Index tap, Index first, Index columns, MatrixRef<S> to) {
    multiply_transposed<S>(tap_of(taps, weights, tap), d_sums.middleCols(first, columns), to, S(1));
  };
  for_each_run(
      taps, taken_in_threes(taps), packing,
      [&](Index tap, Index first, Index columns, Index from) {
        if (d_x != nullptr) add(tap, first, columns, d_x->middleCols(from, columns));
      },
      [&](Index tap, Index first, Index columns, Index row) {
        if (d_initial != nullptr) add(tap, first, columns, d_initial->block(row, 0, taps.inputs, columns));
      });
}

template class TapProducts<float>;
template class TapProducts<double>;

}  // namespace unrecur

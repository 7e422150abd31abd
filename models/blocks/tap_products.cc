#include "models/blocks/tap_products.h"

#include "models/arrays/product.h"
#include "models/blocks/filtered_taps.h"
#include "models/blocks/tap_runs.h"

namespace unrecur {
namespace {

// Measured with the kernels for AVX2 and AVX-512. Below, what filtering saves is less than its sums cost,
constexpr Index kInputsForFiltering = 64;
constexpr double kProductsForFiltering = 0.8 * 3.0;  // of each step, for three
// and what is not moved is less than many small products lose.
constexpr Index kBatchForTaps = 8, kInputsForTaps = 256, kFewestInputsForTaps = 16;

}  // namespace

template <class S>
TapMethod TapProducts<S>::method_for(const Taps& taps, const Packing& packing) const {
  if (taps.kernel == 1) return TapMethod::direct;
  if (!uniform(packing) || asked_ == TapMethod::unfolded) return TapMethod::unfolded;
  if (asked_ != TapMethod::by_size) return asked_;
  const bool wide = packing.batch() >= kBatchForTaps && taps.inputs >= kFewestInputsForTaps;
  if (wide && taps.kernel >= 3 && taps.inputs >= kInputsForFiltering &&
      FilteredTaps<S, 2>::products_for_step(taps, packing) <= kProductsForFiltering) {
    return TapMethod::filtered;
  }
  return wide || taps.inputs >= kInputsForTaps ? TapMethod::direct : TapMethod::unfolded;
}

template <class S>
void TapProducts<S>::forward(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                             const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, MatrixRef<S> sums) {
  method_ = method_for(taps, packing);
  if (method_ == TapMethod::unfolded) {
    windows_ = unfold<S>(taps, packing, x, initial);
    multiply<S>(weights, windows_, sums, S(0));
    return;
  }
  windows_.resize(0, 0);
  // The first taps read the input of every column, and the others add to it.
  const auto beta = [](Index tap) { return tap == 0 ? S(0) : S(1); };
  for (Index tap = 0; tap < taken_in_threes(taps); tap += 3) {
    FilteredTaps<S, 2>(taps, tap, packing).forward(weights, x, initial, tap > 0, sums);
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
  if (d_x != nullptr && taken_in_threes(taps) == 0) d_x->setZero();
  if (d_initial != nullptr) d_initial->setZero(taps.state(), packing.batch());
  filtered_gradients(taps, packing, weights, d_sums, x, initial, d_weights, d_x, d_initial);
  weight_gradient(taps, packing, d_sums, x, initial, d_weights);
  input_gradient(taps, packing, weights, d_sums, d_x, d_initial);
}

// Gradients may see the future: four steps at a time, where those have their partners.
template <class S>
void TapProducts<S>::filtered_gradients(const Taps& taps, const Packing& packing, const ConstMatrixRef<S>& weights,
                                        const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x,
                                        const ConstMatrixRef<S>& initial, MatrixRef<S> d_weights, Matrix<S>* d_x,
                                        Matrix<S>* d_initial) const {
  const Index end = taken_in_threes(taps);
  if (end == 0) return;
  const auto add = [&](auto three) { three.gradients(weights, d_sums, x, initial, d_weights, d_x, d_initial); };
  const bool by_four =
      FilteredTaps<S, 4>::products_for_step(taps, packing) <= FilteredTaps<S, 2>::products_for_step(taps, packing);
  for (Index tap = 0; tap < end; tap += 3) {
    if (by_four) {
      add(FilteredTaps<S, 4>(taps, tap, packing));
    } else {
      add(FilteredTaps<S, 2>(taps, tap, packing));
    }
  }
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

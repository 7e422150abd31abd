#pragma once

#include "models/blocks/taps.h"
#include "models/layers/activation.h"
#include "models/layers/feedforward_layer.h"

namespace unrecur {

/// Causal dilated convolution, h_t = ρ(a_t), a_t = W_0 x_t + W_1 x_{t−d} + … + W_{k−1} x_{t−(k−1)d} + b; inputs before
/// the first are the state, the last (k − 1) d inputs, the oldest on top.
///
/// Gated, a has twice the rows, (a', a''), and h = ρ(a') ∘ σ(a''): with ρ the identity the gated linear unit of Dauphin
/// et al. 2017, with tanh the unit of WaveNet. Normalised, each row of W = (W_0, …, W_{k−1}) is g_i v_i/‖v_i‖.
///
/// Receptive field 1 + (k − 1) d. Parameters: weight = W (rows of a × k m), or weight_g and weight_v; bias = b.
/// Attributes: kernel = k (default 1), dilation = d (default 1), activation = ρ (default identity), gated, normalised
/// (default false), and where it reads only some rows of its input, first_row and rows (default 0, 0: all). All steps
/// of a batch are one product. Sources: van den Oord et al. 2016, sections 2.1 and 2.3; Dauphin et al. 2017, equation
/// 1; Salimans and Kingma 2016.
template <class S>
class Conv : public FeedForwardLayer<S> {
 public:
  struct Options {
    Index kernel = 1;
    Index dilation = 1;
    Activation activation = Activation::identity;
    bool gated = false;
    bool normalised = false;
    Index first_row = 0;
    Index rows = 0;  ///< 0: all from the first
  };
  /// Throws UsageError unless all sizes are at least 1, the rows are rows of the input and the state has at most 2^31
  /// numbers.
  Conv(Index m, Index n, Options options);

  std::string kind() const override { return "conv"; }
  Attributes attributes() const override;
  LayerSizes sizes() const override { return {inputs_, taps_.state(), outputs_}; }
  std::optional<Index> receptive_field() const override { return 1 + taps_.reach(); }
  std::unique_ptr<SequenceLayer<S>> copy() const override { return std::make_unique<Conv>(*this); }
  /// Uniform in ±1/√(k m), as PyTorch's; g = 1/√3, about the norm of such a row.
  std::vector<WeightStart> weight_starts() const override;
  std::unique_ptr<LayerStream<S>> stream(Index batch) const override;

  std::unique_ptr<LayerTape<S>> make_tape() const override;
  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, LayerTape<S>& tape,
               Matrix<S>& output, Matrix<S>* final_state) const override;
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                Matrix<S>* d_input, Matrix<S>* d_initial) const override;

 private:
  class Stream;

  std::size_t bias_at() const { return options_.normalised ? 2 : 1; }
  Index rows_of_sums() const { return options_.gated ? 2 * outputs_ : outputs_; }
  /// W with the norms of its rows.
  Matrix<S> weights() const;
  /// Adds b to W x, turns these sums into ρ(a), or (ρ(a'), σ(a'')), and writes h.
  void finish(MatrixRef<S> sums, Matrix<S>& output) const;
  /// ∂loss/∂a; adds that of b.
  Matrix<S> sums_gradient(const Matrix<S>& values, const ConstMatrixRef<S>& d_output, MatrixRef<S> d_bias) const;

  Index inputs_, outputs_;
  Options options_;
  Taps taps_;
};

}  // namespace unrecur

#pragma once

#include "models/layers/activation.h"
#include "models/layers/sequence_layer.h"

namespace unrecur {

/// Causal dilated convolution, h_t = ρ(W_0 x_t + W_1 x_{t−d} + … + W_{k−1} x_{t−(k−1)d} + b); inputs before the first
/// are the state, the last (k − 1) d inputs, the oldest on top.
///
/// Receptive field 1 + (k − 1) d. Parameters: weight = (W_0, …, W_{k−1}) side by side (n × k m), bias = b (n).
/// Attributes: kernel = k (default 1), dilation = d (default 1), activation = ρ (default identity). All steps of a
/// batch are one product. Source: van den Oord et al. 2016, section 2.1.
template <class S>
class Conv : public SequenceLayer<S> {
 public:
  struct Options {
    Index kernel = 1;
    Index dilation = 1;
    Activation activation = Activation::identity;
  };
  /// Throws UsageError unless all sizes are at least 1 and the state has at most 2^31 numbers.
  Conv(Index m, Index n, Options options);

  std::string kind() const override { return "conv"; }
  Attributes attributes() const override;
  LayerSizes sizes() const override { return {inputs_, inputs_ * reach(), outputs_}; }
  std::optional<Index> receptive_field() const override { return 1 + reach(); }
  std::unique_ptr<SequenceLayer<S>> copy() const override { return std::make_unique<Conv>(*this); }

  std::unique_ptr<LayerTape<S>> make_tape() const override;
  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, LayerTape<S>& tape,
               Matrix<S>& output, Matrix<S>* final_state) const override;
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                Matrix<S>* d_input, Matrix<S>* d_initial) const override;

 private:
  /// (k − 1) d, the steps of the state.
  Index reach() const { return (options_.kernel - 1) * options_.dilation; }
  /// The inputs that column (b, t) reads on top of each other, k m × columns.
  Matrix<S> unfold(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial) const;
  /// The adjoint of unfold.
  void fold(const Packing& packing, const Matrix<S>& d_windows, Matrix<S>* d_input, Matrix<S>* d_initial) const;
  Matrix<S> last_inputs(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial) const;

  Index inputs_, outputs_;
  Options options_;
};

}  // namespace unrecur

#pragma once

#include <vector>

#include "models/layers/feedforward_layer.h"

namespace unrecur {

/// Causal self-attention over the last w steps with relative positions. With q, k, v = W x + b, cut into heads of
/// d = n/H rows, head i of step t gives
///
///     o_t = Σ_{0 ≤ j < w} a_{t,j} v_{t−j},   a_{t,j} ∝ p_{t−j}² exp(⟨q_t, k_{t−j}⟩/√d + P_{i,j}),   h = W' o + b'.
///
/// p is 1 for every input read. Before the first lies the state, w − 1 inputs, the oldest on top, each with its p in a
/// last row: at the zero state nothing is there, and the steps that exist share the attention.
///
/// Receptive field w. Parameters, as PyTorch's MultiheadAttention names and shapes them: in_proj_weight = W (3n × m),
/// in_proj_bias = b, position = P (H × w, starts at 0), out_proj_weight = W' (n × n), out_proj_bias = b'. Attributes:
/// heads = H (default 1), context = w (default 64). Memory of a pass: H w numbers a step; a step of a stream costs
/// O(n w) with the keys and values kept. Sources: Vaswani et al. 2017, section 3.2; Shaw, Uszkoreit and Vaswani 2018;
/// Raffel et al. 2020, section 2.1 (positions as numbers added).
template <class S>
class Attention : public FeedForwardLayer<S> {
 public:
  struct Options {
    Index heads = 1;
    Index context = 64;
  };
  /// Sizes of at least 1, and heads that part n evenly: the registry checks, with a message.
  Attention(Index m, Index n, Options options);

  std::string kind() const override { return "attention"; }
  Attributes attributes() const override;
  LayerSizes sizes() const override { return {inputs_, (inputs_ + 1) * reach(), outputs_}; }
  std::optional<Index> receptive_field() const override { return options_.context; }
  std::unique_ptr<SequenceLayer<S>> copy() const override { return std::make_unique<Attention>(*this); }
  std::vector<WeightStart> weight_starts() const override;
  std::unique_ptr<LayerStream<S>> stream(Index batch) const override;

  std::unique_ptr<LayerTape<S>> make_tape() const override;
  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, LayerTape<S>& tape,
               Matrix<S>& output, Matrix<S>* final_state) const override;
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                Matrix<S>* d_input, Matrix<S>* d_initial) const override;

 private:
  enum Weights : std::size_t { kIn, kInBias, kPosition, kOut, kOutBias };
  struct Past;
  struct Tape;
  struct Stretch;
  struct SequenceGradients;
  class Sequence;
  class Stream;

  Index reach() const { return options_.context - 1; }
  Index head_rows() const { return outputs_ / options_.heads; }
  /// Stretches of steps of a sequence of so many, with the inputs that they see; `past` inputs precede the first.
  std::vector<Stretch> stretches(Index steps, Index past) const;
  /// a of one head for the steps of a stretch; `keys` and `queries` are of the head.
  Matrix<S> weights_of(const Stretch& stretch, Index head, const ConstMatrixRef<S>& keys,
                       const ConstMatrixRef<S>& queries, const Vector<S>& presence) const;
  /// Adds the gradients of one head over one stretch, given a.
  void head_backward(const Stretch& stretch, Index head, const Matrix<S>& a, SequenceGradients& sequence,
                     Matrix<S>& d_position) const;
  /// ∂loss/∂s_0, given those of the past's keys and values and of its presence.
  Matrix<S> state_gradient(const Matrix<S>& d_past, const Matrix<S>& d_presence) const;
  Past past_of(const ConstMatrixRef<S>& initial) const;
  Matrix<S> last_state(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial) const;

  Index inputs_, outputs_;
  Options options_;
};

}  // namespace unrecur

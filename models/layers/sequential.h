#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/layers/sequence_layer.h"
#include "models/layers/skip.h"

namespace unrecur {

template <class S>
class JointCell;

/// Layers on top of each other, of any kinds, with skip connections and dropout between them.
///
/// The state is the states of all layers, the first on top. Masks: those of layer 0, one on its output, those of layer
/// 1, …; none on the output of the last, nor of one that masks itself. Parameters: those of a single layer under their
/// own names; of several, the layers' in turn, with the number of the layer as PyTorch has it: weight_ih_l0, …,
/// weight_ih_l1, …; names that do not end in _l0 get _l0, _l1, … behind them.
template <class S>
class Sequential : public SequenceLayer<S> {
 public:
  /// Throws UsageError where there is no layer, or the sizes do not fit.
  explicit Sequential(std::vector<std::unique_ptr<SequenceLayer<S>>> layers, Skip skip = Skip::none);
  Sequential(const Sequential& other);
  Sequential& operator=(const Sequential&) = delete;
  ~Sequential() override;

  std::string kind() const override { return "sequential"; }
  /// layers and skip.
  Attributes attributes() const override;
  LayerSizes sizes() const override;
  std::unique_ptr<SequenceLayer<S>> copy() const override { return std::make_unique<Sequential>(*this); }
  /// 1 + Σ (k_i − 1).
  std::optional<Index> receptive_field() const override;
  /// The only layer, or all of them as one cell (models/layers/joint_cell.h); null where one of them is no recurrence.
  const Cell<S>* recurrence() const override;
  Cell<S>* recurrence() override;

  const Parameters<S>& parameters() const override;
  Parameters<S>& parameters() override;
  void bind(const Parameters<S>& list, std::size_t first) override;
  void unbind() override;

  std::vector<Index> mask_rows() const override;
  std::unique_ptr<LayerTape<S>> make_tape() const override;
  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, LayerTape<S>& tape,
               Matrix<S>& output, Matrix<S>* final_state) const override;
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                Matrix<S>* d_input, Matrix<S>* d_initial) const override;

  Index layers() const { return static_cast<Index>(layers_.size()); }
  Skip skip() const { return skip_; }
  /// Layer k; of several it reads the weights of this object, and its parameters() have their names alone.
  const SequenceLayer<S>& layer(Index k) const { return *layers_[static_cast<std::size_t>(k)]; }
  /// A copy of layer k with weights of its own, named as those of a single layer.
  std::unique_ptr<SequenceLayer<S>> single_layer(Index k) const;
  /// First row of layer k in the state.
  Index state_row(Index k) const;
  /// The rows of layer k in a matrix of states.
  template <class M>
  auto layer_rows(M&& states, Index k) const {
    return states.middleRows(state_row(k), layer(k).sizes().state);
  }
  /// What layer k reads where the layers below it gave these outputs (times their masks), and what the whole gives.
  Matrix<S> input_of(Index k, const ConstMatrixRef<S>& x, const std::vector<Matrix<S>>& outputs) const {
    return skip_input(skip_, k, x, outputs);
  }
  Matrix<S> output_of(const std::vector<Matrix<S>>& outputs) const { return skip_output(skip_, outputs); }

 private:
  struct Pass;  // one backward pass

  bool single() const { return layers_.size() == 1; }
  void take_weights();
  void bind_layers();
  void make_joint();
  /// Position of the first weight and of the first mask of layer k.
  std::size_t first_weight(Index k) const;
  std::size_t first_mask(Index k) const;
  /// Whether layer k reads the output below it as it is.
  bool reads_below(Index k) const { return k > 0 && (skip_ == Skip::none || (skip_ == Skip::residual && k == 1)); }

  Skip skip_;
  std::vector<std::unique_ptr<SequenceLayer<S>>> layers_;
  std::unique_ptr<JointCell<S>> joint_;  ///< of several recurrences
};

/// The tape of a Sequential.
template <class S>
struct SequentialTape : LayerTape<S> {
  std::vector<std::unique_ptr<LayerTape<S>>> layers;
  std::vector<Matrix<S>> outputs;  ///< of each layer of several, times its mask
  std::vector<Matrix<S>> inputs;   ///< of each layer, where it is not the output below
};

}  // namespace unrecur

#pragma once

#include <memory>
#include <vector>

#include "models/layers/driven_cell.h"

namespace unrecur {

/// Layers of one kind on top of each other: layer 0 reads the input, layer k the new output of layer k − 1,
///
///     s_0' = φ_0(s_0, x),    s_k' = φ_k(s_k, h_{k−1}'),
///
/// as one cell. Its state is the states of all layers, the first on top; its output is that of the last. So ∂φ/∂s is
/// block lower triangular, with the layers' own Jacobians on the diagonal.
///
/// Parameters: those of all layers in turn, …_l0, …_l1, … Attributes: layers (their number, at least 1), layer (their
/// kind, any but stack), and the attributes of the layers, the same for all. Every layer has n units.
/// Dropout between layers: Tape::between.
template <class S>
class Stack : public Cell<S> {
 public:
  /// `layers` differ in their input size only: m, then n each. Throws UsageError where they do not fit.
  explicit Stack(std::vector<std::unique_ptr<DrivenCell<S>>> layers);
  Stack(const Stack& other);
  Stack& operator=(const Stack&) = delete;

  std::string kind() const override { return "stack"; }
  CellShape shape() const override;
  Attributes attributes() const override;
  std::unique_ptr<Cell<S>> clone() const override { return std::make_unique<Stack>(*this); }
  const Parameters<S>& parameters() const override { return parameters_; }
  Parameters<S>& parameters() override { return parameters_; }

  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
               Tape<S>& tape) const override;
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const Tape<S>& tape, const ConstMatrixRef<S>& d_output, Parameters<S>& gradient, Matrix<S>* d_input,
                Matrix<S>* d_initial) const override;
  std::unique_ptr<FixedInputMap<S>> fix_inputs(const ConstMatrixRef<S>& x) const override;

  Index layers() const { return static_cast<Index>(layers_.size()); }
  /// Layer k; it reads the weights of this stack.
  const DrivenCell<S>& layer(Index k) const { return *layers_[static_cast<std::size_t>(k)]; }
  /// A copy of layer k with weights of its own, named as those of a single layer.
  std::unique_ptr<Cell<S>> single_layer(Index k) const;
  /// The rows of layer k in a matrix of states.
  template <class M>
  auto layer_rows(M&& states, Index k) const {
    const Index n = layer(0).shape().state;
    return states.middleRows(k * n, n);
  }

 private:
  void bind_layers();

  std::size_t weights_per_layer_ = 0;
  Parameters<S> parameters_;  ///< of all layers, which bind them
  std::vector<std::unique_ptr<DrivenCell<S>>> layers_;
};

}  // namespace unrecur

#pragma once

#include <memory>

#include "models/layers/cell.h"
#include "models/layers/sequential.h"

namespace unrecur {

/// The layers of a Sequential, all of them recurrences, as one cell:
///
///     s_0' = φ_0(s_0, x),    s_k' = φ_k(s_k, u_k),    u_k what layer k reads of x and the new outputs below it.
///
/// Its state is the states of all layers, the first on top. So ∂φ/∂s is block lower triangular, with the layers' own
/// Jacobians on the diagonal. Attributes: layers, layer (their kind), skip where there are such connections, and the
/// attributes of the layers where these are the same for all; where the kind's attributes may differ from layer to
/// layer (CellType::attributes), all values with commas between them, and so width where layers differ in it. Of layers
/// of several kinds layer lists all, and of these and of others that differ each has its attributes under names of its
/// own (name_in_layer()).
template <class S>
class JointCell : public Cell<S> {
 public:
  /// A view of layers that outlive it.
  explicit JointCell(Sequential<S>& layers) : layers_(&layers) {}
  /// Throws UsageError where a layer is no recurrence.
  explicit JointCell(std::unique_ptr<Sequential<S>> layers);

  std::string kind() const override { return "stack"; }
  CellShape shape() const override;
  /// That of the lowest layer.
  Index width() const override { return sequence().layer(0).width(); }
  Attributes attributes() const override;
  std::unique_ptr<Cell<S>> clone() const override;
  const Parameters<S>& parameters() const override { return sequence().parameters(); }
  Parameters<S>& parameters() override { return layers_->parameters(); }
  void bind(const Parameters<S>& list, std::size_t first) override { layers_->bind(list, first); }
  void unbind() override { layers_->unbind(); }

  std::vector<Index> mask_rows() const override { return sequence().mask_rows(); }
  std::unique_ptr<LayerTape<S>> make_tape() const override { return sequence().make_tape(); }
  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, LayerTape<S>& tape,
               Matrix<S>& output, Matrix<S>* final_state) const override {
    sequence().forward(packing, x, initial, tape, output, final_state);
  }
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                Matrix<S>* d_input, Matrix<S>* d_initial) const override {
    sequence().backward(packing, x, initial, tape, d_output, gradient, d_input, d_initial);
  }
  Matrix<S> states(const LayerTape<S>& tape) const override;
  Matrix<S> output_of(const ConstMatrixRef<S>& states) const override;
  std::unique_ptr<FixedInputMap<S>> fix_inputs(const ConstMatrixRef<S>& x) const override;

  const Sequential<S>& sequence() const { return *layers_; }
  Index layers() const { return sequence().layers(); }
  Skip skip() const { return sequence().skip(); }
  /// Whether each layer reads the output below it and no more; kinds and sizes may differ.
  bool plain() const { return skip() == Skip::none; }
  /// Layer k; it reads the weights of this cell.
  const Cell<S>& layer(Index k) const { return *sequence().layer(k).recurrence(); }
  /// A copy of layer k with weights of its own, named as those of a single layer.
  std::unique_ptr<Cell<S>> single_layer(Index k) const;
  template <class M>
  auto layer_rows(M&& states, Index k) const {
    return sequence().layer_rows(states, k);
  }

 private:
  std::unique_ptr<Sequential<S>> own_;
  Sequential<S>* layers_;
};

}  // namespace unrecur

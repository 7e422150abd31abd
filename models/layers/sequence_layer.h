#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/arrays/matrix.h"
#include "models/arrays/packing.h"
#include "models/arrays/parameters.h"

namespace unrecur {

template <class S>
class Cell;

/// What a file must say beside the weights for the map to be known: activation, leak, reset convention, …
using Attributes = std::map<std::string, std::string>;

/// Sizes of a layer. The state is what it carries from one stretch of a sequence to the next: that of a recurrence, the
/// last inputs of a convolution, nothing.
struct LayerSizes {
  Index input = 0;   ///< m
  Index state = 0;   ///< may be 0
  Index output = 0;  ///< size of h
};

/// What forward leaves for backward; each layer makes a kind of its own. One tape serves any number of calls.
template <class S>
struct LayerTape {
  virtual ~LayerTape() = default;
  /// Dropout masks, rows as SequenceLayer::mask_rows lists them and one column for each packed column; empty: none. Set
  /// before forward, read by forward and backward.
  std::vector<Matrix<S>> masks;
};

/// A causal map of sequences h_1, h_2, … = F(s_0; x_1, x_2, …): h_t depends on the state s_0 that it begins with and on
/// x_1 … x_t alone. Recurrent cells, convolutions and whole stacks of them are layers.
///
/// All functions check shapes and throw UsageError on a mismatch.
template <class S>
class SequenceLayer {
 public:
  virtual ~SequenceLayer() = default;

  virtual std::string kind() const = 0;
  virtual Attributes attributes() const = 0;
  virtual LayerSizes sizes() const = 0;
  /// The size n that the registry of its kind makes this layer from, with `sizes().input` and `attributes()`.
  virtual Index width() const { return sizes().output; }
  virtual std::unique_ptr<SequenceLayer<S>> copy() const = 0;
  /// k where h_t depends on x_{t−k+1} … x_t alone, given that the layer began k − 1 steps before or earlier at the zero
  /// state; nothing where no such k is known, as for every recurrence.
  virtual std::optional<Index> receptive_field() const = 0;
  /// The layer as a recurrence s' = φ(s, x), which shares its weights and lives as long; null where it is none.
  virtual const Cell<S>* recurrence() const { return nullptr; }
  virtual Cell<S>* recurrence() { return nullptr; }

  virtual const Parameters<S>& parameters() const { return parameters_; }
  virtual Parameters<S>& parameters() { return parameters_; }
  /// Weight i of the layer, its own or bound.
  const Matrix<S>& weight(std::size_t i) const {
    return bound_ == nullptr ? parameters_[i].value : (*bound_)[first_ + i].value;
  }
  /// Reads its weights from here on in `list`, which must outlive the layer, at positions first, first + 1, …; its own
  /// are given up, and parameters() has their names alone. How a stack keeps the weights of all its layers in one list.
  virtual void bind(const Parameters<S>& list, std::size_t first);
  /// Copies the weights back out of the list that they were bound to.
  virtual void unbind();

  /// Rows of each dropout mask that the layer takes, in the order of LayerTape::masks.
  virtual std::vector<Index> mask_rows() const { return {}; }
  virtual std::unique_ptr<LayerTape<S>> make_tape() const = 0;

  /// Runs over a packed batch: x is m × columns, `initial` is state × batch. Writes h (output × columns), and where
  /// `final_state` is not null the state of each sequence after its last step (state × batch). The output is no part of
  /// the tape: backward does not need it.
  virtual void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                       LayerTape<S>& tape, Matrix<S>& output, Matrix<S>* final_state) const = 0;

  /// Backward through time, after forward with the same packing, inputs, initial state and tape. `d_output` (output ×
  /// columns) is ∂loss/∂h for every column. Adds to `gradient`, which has the shapes of parameters(); writes ∂loss/∂x
  /// (m × columns) to d_input and ∂loss/∂s_0 (state × batch) to d_initial where these are not null.
  virtual void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                        const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                        Matrix<S>* d_input, Matrix<S>* d_initial) const = 0;

 protected:
  SequenceLayer() = default;
  SequenceLayer(const SequenceLayer&) = default;
  SequenceLayer& operator=(const SequenceLayer&) = default;

  /// Throws UsageError unless inputs, state and the tape's masks have the shapes that forward asks for.
  void require_inputs(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                      const LayerTape<S>& tape) const;
  /// The same for backward.
  void require_gradients(const Packing& packing, const ConstMatrixRef<S>& d_output,
                         std::span<const Parameter<S>> gradient) const;

  bool bound() const { return bound_ != nullptr; }

  Parameters<S> parameters_;

 private:
  const Parameters<S>* bound_ = nullptr;
  std::size_t first_ = 0;
};

/// The tape as the kind that a layer made; throws UsageError for one of another layer.
template <class T, class S>
T& tape_as(LayerTape<S>& tape);
template <class T, class S>
const T& tape_as(const LayerTape<S>& tape);

[[noreturn]] void refuse_tape();

template <class T, class S>
T& tape_as(LayerTape<S>& tape) {
  auto* own = dynamic_cast<T*>(&tape);
  if (own == nullptr) refuse_tape();
  return *own;
}

template <class T, class S>
const T& tape_as(const LayerTape<S>& tape) {
  const auto* own = dynamic_cast<const T*>(&tape);
  if (own == nullptr) refuse_tape();
  return *own;
}

}  // namespace unrecur

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/layers/activation.h"
#include "models/layers/feedforward_layer.h"

namespace unrecur {

/// A layer within a block.
template <class S>
struct BlockPart {
  std::string name;  ///< its weights are name.weight, …
  std::unique_ptr<SequenceLayer<S>> layer;
  bool masked = false;  ///< whether there is dropout on its output
};

/// Layers one after the other with a path around them: z' = ρ(F(z) + P z), F the identity where there are no parts.
template <class S>
struct Branch {
  std::vector<BlockPart<S>> parts;
  enum class Path { none, identity, projected } path = Path::none;
  BlockPart<S> projection = {};  ///< P, a layer without state
  Activation after = Activation::identity;
};

/// One layer made of branches one after the other: what residual blocks of every kind are. It knows no kind; each file
/// of models/feedforward/ says what its block consists of.
///
/// State: those of the parts, the first on top. Masks: one for each masked part, and no other. Receptive field
/// 1 + Σ (k_i − 1) over the parts.
template <class S>
class Block : public FeedForwardLayer<S> {
 public:
  struct Origin {
    std::string kind;
    Attributes attributes;
    Index inputs, width;
  };
  /// Throws UsageError where the sizes of neighbours do not fit.
  Block(Origin origin, std::vector<Branch<S>> branches);
  Block(const Block& other);
  Block& operator=(const Block&) = delete;

  std::string kind() const override { return origin_.kind; }
  Attributes attributes() const override { return origin_.attributes; }
  LayerSizes sizes() const override { return sizes_; }
  Index width() const override { return origin_.width; }
  std::optional<Index> receptive_field() const override;
  std::unique_ptr<SequenceLayer<S>> copy() const override { return std::make_unique<Block>(*this); }
  std::vector<Index> mask_rows() const override;
  bool masks_itself() const override { return true; }
  std::vector<WeightStart> weight_starts() const override;
  std::unique_ptr<LayerStream<S>> stream(Index batch) const override;

  void bind(const Parameters<S>& list, std::size_t first) override;
  void unbind() override;

  std::unique_ptr<LayerTape<S>> make_tape() const override;
  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, LayerTape<S>& tape,
               Matrix<S>& output, Matrix<S>* final_state) const override;
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                Matrix<S>* d_input, Matrix<S>* d_initial) const override;

 private:
  struct Tape;
  struct Place;
  class Stream;

  /// Calls visit(layer) for every layer, in the order of the weights.
  template <class Visit>
  void for_each_layer(const Visit& visit) const;
  void take_weights();
  void bind_layers(const Parameters<S>& list, std::size_t first);

  Origin origin_;
  std::vector<Branch<S>> branches_;
  LayerSizes sizes_;
};

}  // namespace unrecur

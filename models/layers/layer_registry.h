#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "models/layers/cell_registry.h"
#include "models/layers/sequential.h"

namespace unrecur {

/// How a kind of layer that is no recurrence is made. Each file of models/feedforward/ defines one; the build makes the
/// table of all of them. Recurrent kinds are in a table of their own (models/layers/cell_registry.h).
struct LayerType {
  std::string_view kind;
  /// A layer of input size m and output size n with all weights zero. Throws UsageError for attributes it does not know
  /// or values out of range.
  std::unique_ptr<SequenceLayer<float>> (*make_float)(Index m, Index n, const Attributes&);
  std::unique_ptr<SequenceLayer<double>> (*make_double)(Index m, Index n, const Attributes&);
  /// How many numbers its weights have, without making any: what a file is held against before memory is taken.
  double (*weights)(Index m, Index n, const Attributes&);
  /// What a configuration may choose beside the sizes.
  std::span<const CellAttribute> attributes{};
  /// The attributes of the layers of a stack, where they depend on a layer's place: lists of one for each. Null: they
  /// do not.
  Attributes (*in_stack)(Attributes chosen, Index layers) = nullptr;
};

namespace registry::feedforward {
std::span<const LayerType* const> all();
}

/// The type of that kind among those that are no recurrences; null where there is none.
const LayerType* feedforward_type(std::string_view kind);

/// A layer by its kind, recurrent or not; throws UsageError that lists the known kinds.
template <class S>
std::unique_ptr<SequenceLayer<S>> make_layer(std::string_view kind, Index m, Index n, const Attributes& attributes);

/// Layers on top of each other.
struct StackSpec {
  std::string_view kind;       ///< of all, or one for each, parted by commas
  Index inputs = 0;            ///< m, of the first
  Index width = 0;             ///< n of each
  Attributes attributes = {};  ///< a value for all layers, or one for each, parted by commas; width: in the place of n
  Index layers = 1;
  Skip skip = Skip::none;
};

inline constexpr Index kMostLayers = 1000;

/// Throws UsageError as make_layer does, and for less than one layer or more than kMostLayers.
template <class S>
std::unique_ptr<Sequential<S>> make_sequential(const StackSpec& spec);

/// The same layers in another scalar type.
template <class To, class From>
std::unique_ptr<Sequential<To>> cast_sequential(const Sequential<From>& layers);

}  // namespace unrecur

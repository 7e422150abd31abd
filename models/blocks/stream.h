#pragma once

#include <memory>
#include <vector>

#include "models/layers/feedforward_layer.h"

namespace unrecur {

/// A stream of any layer, by one forward over one step at a time: costs a copy of the state, which of a recurrence is
/// short.
template <class S>
std::unique_ptr<LayerStream<S>> make_state_stream(const SequenceLayer<S>& layer, Index batch);

/// The stream that a layer has (FeedForwardLayer::stream), those of all layers of a stack, or else its state's.
template <class S>
std::unique_ptr<LayerStream<S>> make_stream(const SequenceLayer<S>& layer, Index batch);

/// Where training begins the weights of a layer or a stack of them, in the order of parameters(); those of a recurrence
/// are left to whoever trains.
template <class S>
std::vector<WeightStart> weight_starts(const SequenceLayer<S>& layer);

}  // namespace unrecur

#pragma once

#include <memory>
#include <vector>

#include "models/layers/sequence_layer.h"

namespace unrecur {

/// Where training begins a weight: uniform in centre ± range.
struct WeightStart {
  double centre = 0.0;
  double range = -1.0;  ///< below 0: the layer leaves it to whoever trains
};

/// A layer that runs on from the zero state, one step after the other: what an inference loop keeps. The layer must
/// outlive it and keep its weights meanwhile.
template <class S>
class LayerStream {
 public:
  virtual ~LayerStream() = default;
  /// h_t of the next x_t: m × B to output × B. The same as forward to rounding.
  virtual void step(const ConstMatrixRef<S>& x, Matrix<S>& output) = 0;
};

/// What a layer that is no recurrence says beside what every layer does.
template <class S>
class FeedForwardLayer : public SequenceLayer<S> {
 public:
  /// Whether mask_rows() are all the dropout that the layer wants: a stack then puts no mask of its own on its output.
  virtual bool masks_itself() const { return false; }
  /// Where training begins each weight, in the order of parameters().
  virtual std::vector<WeightStart> weight_starts() const = 0;
  /// A stream of `batch` sequences that keeps what lies in the field in a cache: a step costs one pass over the
  /// weights, however far back the layer looks.
  virtual std::unique_ptr<LayerStream<S>> stream(Index batch) const = 0;
};

/// Whether a layer of any kind masks itself; recurrences do not.
template <class S>
bool masks_itself(const SequenceLayer<S>& layer) {
  const auto* own = dynamic_cast<const FeedForwardLayer<S>*>(&layer);
  return own != nullptr && own->masks_itself();
}

}  // namespace unrecur

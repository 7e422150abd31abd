#include "models/blocks/stream.h"

#include <utility>

#include "models/layers/sequential.h"

namespace unrecur {
namespace {

template <class S>
class StateStream : public LayerStream<S> {
 public:
  StateStream(const SequenceLayer<S>& layer, Index batch)
      : layer_(layer),
        packing_(Packing::uniform(1, batch)),
        tape_(layer.make_tape()),
        state_(Matrix<S>::Zero(layer.sizes().state, batch)) {}

  void step(const ConstMatrixRef<S>& x, Matrix<S>& output) override {
    layer_.forward(packing_, x, state_, *tape_, output, &next_);
    std::swap(state_, next_);
  }

 private:
  const SequenceLayer<S>& layer_;
  Packing packing_;
  std::unique_ptr<LayerTape<S>> tape_;
  Matrix<S> state_, next_;
};

/// A stack step by step: a stream for each layer, whatever kind it keeps.
template <class S>
class StackStream : public LayerStream<S> {
 public:
  StackStream(const Sequential<S>& stack, Index batch)
      : stack_(stack), outputs_(static_cast<std::size_t>(stack.layers())) {
    for (Index k = 0; k < stack.layers(); ++k) layers_.push_back(make_stream(stack.layer(k), batch));
  }

  void step(const ConstMatrixRef<S>& x, Matrix<S>& output) override {
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      layers_[k]->step(stack_.input_of(static_cast<Index>(k), x, outputs_), outputs_[k]);
    }
    output = stack_.output_of(outputs_);
  }

 private:
  const Sequential<S>& stack_;
  std::vector<std::unique_ptr<LayerStream<S>>> layers_;
  std::vector<Matrix<S>> outputs_;
};

}  // namespace

template <class S>
std::unique_ptr<LayerStream<S>> make_state_stream(const SequenceLayer<S>& layer, Index batch) {
  return std::make_unique<StateStream<S>>(layer, batch);
}

template <class S>
std::unique_ptr<LayerStream<S>> make_stream(const SequenceLayer<S>& layer, Index batch) {
  if (const auto* own = dynamic_cast<const FeedForwardLayer<S>*>(&layer)) return own->stream(batch);
  if (const auto* stack = dynamic_cast<const Sequential<S>*>(&layer)) {
    return std::make_unique<StackStream<S>>(*stack, batch);
  }
  return make_state_stream(layer, batch);
}

template <class S>
std::vector<WeightStart> weight_starts(const SequenceLayer<S>& layer) {
  if (const auto* own = dynamic_cast<const FeedForwardLayer<S>*>(&layer)) return own->weight_starts();
  const auto* stack = dynamic_cast<const Sequential<S>*>(&layer);
  if (stack == nullptr) return std::vector<WeightStart>(layer.parameters().size());
  std::vector<WeightStart> all;
  for (Index k = 0; k < stack->layers(); ++k) {
    const std::vector<WeightStart> own = weight_starts(stack->layer(k));
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

#define UNRECUR_INSTANTIATE(S)                                                                \
  template std::unique_ptr<LayerStream<S>> make_state_stream(const SequenceLayer<S>&, Index); \
  template std::unique_ptr<LayerStream<S>> make_stream(const SequenceLayer<S>&, Index);       \
  template std::vector<WeightStart> weight_starts(const SequenceLayer<S>&)
UNRECUR_INSTANTIATE(float);
UNRECUR_INSTANTIATE(double);
#undef UNRECUR_INSTANTIATE

}  // namespace unrecur

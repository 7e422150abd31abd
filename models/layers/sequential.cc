#include "models/layers/sequential.h"

#include <algorithm>
#include <utility>

#include "models/layers/feedforward_layer.h"
#include "models/layers/joint_cell.h"
#include "models/layers/sequential_pass.h"

namespace unrecur {
namespace {

constexpr std::string_view kFirst = "_l0";

/// The name that a weight of layer k has in the stack.
std::string name_in_stack(std::string name, std::size_t k) {
  if (name.ends_with(kFirst)) name.resize(name.size() - kFirst.size());
  return name + "_l" + std::to_string(k);
}

template <class S>
std::vector<LayerSizes> sizes_of(const std::vector<std::unique_ptr<SequenceLayer<S>>>& layers) {
  std::vector<LayerSizes> sizes;
  for (const auto& layer : layers) sizes.push_back(layer->sizes());
  return sizes;
}

}  // namespace

template <class S>
Sequential<S>::Sequential(std::vector<std::unique_ptr<SequenceLayer<S>>> layers, Skip skip)
    : skip_(skip), layers_(std::move(layers)) {
  require_fit(skip, sizes_of(layers_));
  take_weights();
  make_joint();
}

template <class S>
Sequential<S>::Sequential(const Sequential& other) : SequenceLayer<S>(other), skip_(other.skip_) {
  for (const auto& layer : other.layers_) layers_.push_back(layer->copy());
  // Copies of bound layers read the list that these do.
  if (!single() && !this->bound()) bind_layers();
  make_joint();
}

template <class S>
Sequential<S>::~Sequential() = default;

template <class S>
void Sequential<S>::take_weights() {
  if (single()) return;
  for (std::size_t k = 0; k < layers_.size(); ++k) {
    for (Parameter<S>& p : layers_[k]->parameters()) {
      this->parameters_.push_back({name_in_stack(p.name, k), std::move(p.value), p.rank});
    }
  }
  bind_layers();
}

template <class S>
void Sequential<S>::bind_layers() {
  for (Index k = 0; k < layers(); ++k) layers_[static_cast<std::size_t>(k)]->bind(this->parameters_, first_weight(k));
}

template <class S>
void Sequential<S>::make_joint() {
  const bool recurrent =
      std::all_of(layers_.begin(), layers_.end(), [](const auto& layer) { return layer->recurrence() != nullptr; });
  if (!single() && recurrent) joint_ = std::make_unique<JointCell<S>>(*this);
}

template <class S>
std::size_t Sequential<S>::first_weight(Index k) const {
  std::size_t first = 0;
  for (Index j = 0; j < k; ++j) first += layer(j).parameters().size();
  return first;
}

template <class S>
std::size_t Sequential<S>::first_mask(Index k) const {
  std::size_t first = 0;
  for (Index j = 0; j < k; ++j) first += layer(j).mask_rows().size() + (masks_itself(layer(j)) ? 0 : 1);
  return first;
}

template <class S>
Attributes Sequential<S>::attributes() const {
  return {{"layers", std::to_string(layers())}, {"skip", name_of(skip_)}};
}

template <class S>
LayerSizes Sequential<S>::sizes() const {
  LayerSizes all{.input = layer(0).sizes().input, .state = 0, .output = 0};
  for (const auto& layer : layers_) {
    const LayerSizes own = layer->sizes();
    all.state += own.state;
    all.output = skip_ == Skip::dense ? all.output + own.output : own.output;
  }
  return all;
}

template <class S>
std::optional<Index> Sequential<S>::receptive_field() const {
  Index field = 1;
  for (const auto& layer : layers_) {
    const auto own = layer->receptive_field();
    if (!own) return std::nullopt;
    field += *own - 1;
  }
  return field;
}

template <class S>
const Cell<S>* Sequential<S>::recurrence() const {
  return single() ? layer(0).recurrence() : joint_.get();
}

template <class S>
Cell<S>* Sequential<S>::recurrence() {
  return single() ? layers_[0]->recurrence() : joint_.get();
}

template <class S>
const Parameters<S>& Sequential<S>::parameters() const {
  return single() ? layer(0).parameters() : this->parameters_;
}

template <class S>
Parameters<S>& Sequential<S>::parameters() {
  return single() ? layers_[0]->parameters() : this->parameters_;
}

template <class S>
void Sequential<S>::bind(const Parameters<S>& list, std::size_t first) {
  for (Index k = 0; k < layers(); ++k) layers_[static_cast<std::size_t>(k)]->bind(list, first + first_weight(k));
  SequenceLayer<S>::bind(list, first);
}

template <class S>
void Sequential<S>::unbind() {
  SequenceLayer<S>::unbind();
  if (single()) {
    layers_[0]->unbind();
  } else {
    bind_layers();
  }
}

template <class S>
std::unique_ptr<SequenceLayer<S>> Sequential<S>::single_layer(Index k) const {
  auto own = layer(k).copy();
  own->unbind();
  return own;
}

template <class S>
Index Sequential<S>::state_row(Index k) const {
  Index row = 0;
  for (Index j = 0; j < k; ++j) row += layer(j).sizes().state;
  return row;
}

template <class S>
std::vector<Index> Sequential<S>::mask_rows() const {
  std::vector<Index> rows;
  for (Index k = 0; k < layers(); ++k) {
    const std::vector<Index> own = layer(k).mask_rows();
    rows.insert(rows.end(), own.begin(), own.end());
    if (k + 1 < layers() && !masks_itself(layer(k))) rows.push_back(layer(k).sizes().output);
  }
  return rows;
}

template <class S>
std::unique_ptr<LayerTape<S>> Sequential<S>::make_tape() const {
  auto tape = std::make_unique<SequentialTape<S>>();
  for (const auto& layer : layers_) tape->layers.push_back(layer->make_tape());
  if (!single()) {
    tape->outputs.resize(layers_.size());
    tape->inputs.resize(layers_.size());
  }
  return tape;
}

template <class S>
void Sequential<S>::forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                            LayerTape<S>& tape, Matrix<S>& output, Matrix<S>* final_state) const {
  this->require_inputs(packing, x, initial, tape);
  auto& own = tape_as<SequentialTape<S>>(tape);
  if (single()) {
    own.layers[0]->masks = own.masks;
    return layer(0).forward(packing, x, initial, *own.layers[0], output, final_state);
  }
  if (final_state != nullptr) final_state->resize(sizes().state, packing.batch());
  Matrix<S> layer_final;
  for (Index k = 0; k < layers(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    auto& masks = own.layers[at]->masks;
    masks.clear();
    const bool masked = !own.masks.empty();
    const std::size_t mask = first_mask(k), count = layer(k).mask_rows().size();
    for (std::size_t i = 0; masked && i < count; ++i) masks.push_back(own.masks[mask + i]);
    if (k > 0 && !reads_below(k)) own.inputs[at] = input_of(k, x, own.outputs);
    const ConstMatrixRef<S> input =
        k == 0 ? ConstMatrixRef<S>(x) : ConstMatrixRef<S>(reads_below(k) ? own.outputs[at - 1] : own.inputs[at]);
    layer(k).forward(packing, input, layer_rows(initial, k), *own.layers[at], own.outputs[at],
                     final_state == nullptr ? nullptr : &layer_final);
    if (final_state != nullptr) layer_rows(*final_state, k) = layer_final;
    if (masked && k + 1 < layers() && !masks_itself(layer(k)))
      own.outputs[at].array() *= own.masks[mask + count].array();
  }
  output = output_of(own.outputs);
}

template <class S>
void Sequential<S>::backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                             const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output,
                             std::span<Parameter<S>> gradient, Matrix<S>* d_input, Matrix<S>* d_initial) const {
  const auto& own = tape_as<SequentialTape<S>>(tape);
  if (single()) {
    return layer(0).backward(packing, x, initial, *own.layers[0], d_output, gradient, d_input, d_initial);
  }
  this->require_gradients(packing, d_output, gradient);
  if (d_initial != nullptr) d_initial->resize(sizes().state, packing.batch());
  Pass pass(*this, d_output);
  Matrix<S> asked, d_start;
  for (Index k = layers() - 1; k >= 0; --k) {
    const auto at = static_cast<std::size_t>(k);
    Matrix<S>& d_layer = pass.of_output(k);
    if (!own.masks.empty() && k + 1 < layers() && !masks_itself(layer(k))) {
      d_layer.array() *= own.masks[first_mask(k) + layer(k).mask_rows().size()].array();
    }
    const ConstMatrixRef<S> input =
        k == 0 ? ConstMatrixRef<S>(x) : ConstMatrixRef<S>(reads_below(k) ? own.outputs[at - 1] : own.inputs[at]);
    layer(k).backward(packing, input, layer_rows(initial, k), *own.layers[at], d_layer,
                      gradient.subspan(first_weight(k), layer(k).parameters().size()), k == 0 ? d_input : &asked,
                      d_initial == nullptr ? nullptr : &d_start);
    if (d_initial != nullptr) layer_rows(*d_initial, k) = d_start;
    if (k > 0) pass.hand_down(k, asked);
  }
  if (d_input != nullptr) pass.finish(*d_input);
}

template class Sequential<float>;
template class Sequential<double>;

}  // namespace unrecur

// What is compared of two states: all of them, the outputs, or what a head reads of these.
#include "theory/verify/arb/memory/observer.h"

#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/runs/skip_inputs.h"

namespace unrecur::verify {

std::optional<Observer> Observer::of(const Layer& layer, const Observed& observed, std::string& reason) {
  Observer observer;
  if (!observed.outputs) {
    if (observed.head.size() == 0) return observer;
    reason = "a head is one of outputs, not of states";
    return std::nullopt;
  }
  const auto skip = layer.attributes.find("skip");
  observer.skip_ = skip == layer.attributes.end() ? "none" : skip->second;
  const std::vector<SingleLayer> layers = chain_of(layer);
  std::size_t states = 0;
  for (const SingleLayer& one : layers) {
    const Matrix<double>* recurrent = find_parameter(one.weights, "weight_hh_l0");
    const std::size_t units = recurrent == nullptr ? 0 : static_cast<std::size_t>(recurrent->cols());
    const std::size_t own = state_size(one.layer());
    if (units == 0 || own < units) break;
    states += own;
    observer.blocks_.push_back({states - units, units});
  }
  if (!is_skip(observer.skip_) || observer.blocks_.empty() || observer.blocks_.size() < layers.size() ||
      states != state_size(layer)) {
    reason = "which of its states are the layer's outputs is not known here";
    return std::nullopt;
  }
  const std::size_t outputs = observer.outputs_of(Balls(states)).size();
  observer.head_ = observed.head;
  if (observed.head.size() > 0 && static_cast<std::size_t>(observed.head.cols()) != outputs) {
    reason = "the head has another number of columns than the layer has outputs";
    return std::nullopt;
  }
  return observer;
}

Balls Observer::outputs_of(const Balls& v) const {
  std::vector<Balls> outputs;
  for (const Block& block : blocks_) {
    const auto begin = v.begin() + static_cast<std::ptrdiff_t>(block.begin);
    outputs.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(block.size));
  }
  // What one more layer would read, were it not for the inputs of all.
  return read_by(skip_, blocks_.size(), {}, outputs);
}

template <class Product>
Balls Observer::under_head(const Balls& v, const Product& product) const {
  if (blocks_.empty()) return v;
  Balls outputs = outputs_of(v);
  if (head_.size() == 0) return outputs;
  Balls read;
  for (Index i = 0; i < head_.rows(); ++i) read.push_back(product(head_, i, outputs));
  return read;
}

Balls Observer::read(const Balls& v) const {
  return under_head(v, [](const Matrix<double>& a, Index row, const Balls& h) { return dot(a, row, h); });
}

Balls Observer::reach(const Balls& v) const {
  return under_head(v, [](const Matrix<double>& a, Index row, const Balls& h) { return row_sum(a, row, h); });
}

Ball Observer::norm() const {
  if (blocks_.empty()) return Ball(1.0);
  Ball squares(head_.size() == 0 ? 1.0 : 0.0);
  for (Index j = 0; j < head_.cols(); ++j) {
    for (Index i = 0; i < head_.rows(); ++i) squares += pow(Ball(head_(i, j)), 2);
  }
  const double entries = skip_ == "residual" ? static_cast<double>(blocks_.size()) : 1.0;
  return sqrt(squares * Ball(entries));
}

}  // namespace unrecur::verify

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
  if (!observed.head.allFinite()) {
    reason = "the head has entries that are not finite";
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

Matrix<double> Observer::map(std::size_t n) const {
  Matrix<double> result;
  for (std::size_t j = 0; j < n; ++j) {
    Balls unit(n);
    unit[j] = Ball(1.0);
    const Balls column = read(unit);
    if (j == 0) result.resize(static_cast<Index>(column.size()), static_cast<Index>(n));
    for (std::size_t i = 0; i < column.size(); ++i) {
      result(static_cast<Index>(i), static_cast<Index>(j)) = column[i].about();
    }
  }
  return result;
}

// Every entry of s stands in one entry of h at most, so that the squares of the rows of s ↦ h are its own.
Ball Observer::gain(const Balls& w) const {
  const Balls squares = under_head(w, [](const Matrix<double>& a, Index row, const Balls& h) {
    Ball sum;
    for (std::size_t k = 0; k < h.size(); ++k) sum += pow(Ball(a(row, static_cast<Index>(k))), 2) * h[k];
    return sum;
  });
  Ball result;
  for (const Ball& square : squares) result = head_.size() > 0 ? result + square : max(result, square);
  return sqrt(result);
}

}  // namespace unrecur::verify

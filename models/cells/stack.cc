#include "models/cells/stack.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/errors.h"
#include "models/layers/attributes.h"
#include "models/layers/cell_registry.h"

namespace unrecur {
namespace {

constexpr std::string_view kSuffix = "_l0";

template <class S>
std::unique_ptr<DrivenCell<S>> driven(std::unique_ptr<Cell<S>> cell) {
  auto* layer = dynamic_cast<DrivenCell<S>*>(cell.get());
  if (layer == nullptr) throw UsageError("a stack cannot have layers of kind '" + cell->kind() + "'");
  cell.release();
  return std::unique_ptr<DrivenCell<S>>(layer);
}

template <class S>
ConstMatrixRef<S> outputs_of(const CellShape& shape, const Matrix<S>& states) {
  return states.middleRows(shape.output_row, shape.output);
}

/// The dropout mask below layer k, or null.
template <class S>
const Matrix<S>* mask_below(Index k, const Tape<S>& tape) {
  if (k == 0 || tape.between.empty()) return nullptr;
  return &tape.between[static_cast<std::size_t>(k - 1)];
}

/// What layer k > 0 reads.
template <class S>
ConstMatrixRef<S> input_of(const CellShape& below, Index k, const Tape<S>& tape) {
  if (mask_below(k, tape) != nullptr) return tape.saved[static_cast<std::size_t>(k)];
  return outputs_of<S>(below, tape.layers[static_cast<std::size_t>(k - 1)].states);
}

template <class S>
void require_masks(const Stack<S>& stack, const Packing& packing, const Tape<S>& tape) {
  if (tape.between.empty()) return;
  bool fit = static_cast<Index>(tape.between.size()) == stack.layers() - 1;
  for (const auto& mask : tape.between) {
    fit = fit && mask.rows() == stack.shape().output && mask.cols() == packing.columns();
  }
  if (!fit) throw UsageError("shape mismatch: one dropout mask (n × columns) between any two layers");
}

template <class S>
class StackJacobian : public Jacobian<S> {
 public:
  StackJacobian(const Stack<S>& stack, std::vector<std::unique_ptr<Jacobian<S>>> layers)
      : stack_(stack), output_(stack.layer(0).shape()), layers_(std::move(layers)) {}

  void apply(const ConstMatrixRef<S>& v, Matrix<S>& out) const override { jvp_step(v, nullptr, out); }
  void apply_with_input(const ConstMatrixRef<S>& v, const ConstMatrixRef<S>& u, Matrix<S>& out) const override {
    jvp_step(v, &u, out);
  }
  void apply_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const override { pull(v, &out, nullptr); }
  void apply_input_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const override { pull(v, nullptr, &out); }

 private:
  /// Upwards: each layer with the tangent of its state and of the new output below.
  void jvp_step(const ConstMatrixRef<S>& v, const ConstMatrixRef<S>* u, Matrix<S>& out) const {
    Matrix<S> result(stack_.shape().state, v.cols()), moved;
    for (Index k = 0; k < stack_.layers(); ++k) {
      const Jacobian<S>& jacobian = *layers_[static_cast<std::size_t>(k)];
      const auto v_k = stack_.layer_rows(v, k);
      if (k > 0) {
        const Matrix<S> below = outputs_of<S>(output_, moved);
        jacobian.apply_with_input(v_k, below, moved);
      } else if (u != nullptr) {
        jacobian.apply_with_input(v_k, *u, moved);
      } else {
        jacobian.apply(v_k, moved);
      }
      stack_.layer_rows(result, k) = moved;
    }
    out = std::move(result);
  }

  /// Downwards: what layer k asks of its input adds to what is asked of the new output below.
  void pull(const ConstMatrixRef<S>& v, Matrix<S>* d_state, Matrix<S>* d_input) const {
    Matrix<S> result(stack_.shape().state, v.cols()), asked, below;
    for (Index k = stack_.layers() - 1; k >= 0; --k) {
      const Jacobian<S>& jacobian = *layers_[static_cast<std::size_t>(k)];
      Matrix<S> v_k = stack_.layer_rows(v, k);
      if (k + 1 < stack_.layers()) v_k.middleRows(output_.output_row, output_.output) += below;
      if (d_state != nullptr) {
        jacobian.apply_transposed(v_k, asked);
        stack_.layer_rows(result, k) = asked;
      }
      if (k > 0 || d_input != nullptr) jacobian.apply_input_transposed(v_k, below);
    }
    if (d_state != nullptr) *d_state = std::move(result);
    if (d_input != nullptr) *d_input = std::move(below);
  }

  const Stack<S>& stack_;
  CellShape output_;  ///< where every layer has its output
  std::vector<std::unique_ptr<Jacobian<S>>> layers_;
};

template <class S>
class StackMap : public FixedInputMap<S> {
 public:
  StackMap(const Stack<S>& stack, const ConstMatrixRef<S>& x) : stack_(stack), first_(stack.layer(0).fix_inputs(x)) {}

  Index columns() const override { return first_->columns(); }

  void apply(const ConstMatrixRef<S>& state, Index first, MatrixRef<S> next) const override {
    require_rows(state);
    first_->apply(stack_.layer_rows(state, 0), first, stack_.layer_rows(next, 0));
    for (Index k = 1; k < stack_.layers(); ++k) {
      map_above(k, next)->apply(stack_.layer_rows(state, k), 0, stack_.layer_rows(next, k));
    }
  }

  std::unique_ptr<Jacobian<S>> linearise(const ConstMatrixRef<S>& state, Index first) const override {
    Matrix<S> next(state.rows(), state.cols());
    apply(state, first, next);
    std::vector<std::unique_ptr<Jacobian<S>>> layers;
    layers.push_back(first_->linearise(stack_.layer_rows(state, 0), first));
    for (Index k = 1; k < stack_.layers(); ++k) {
      layers.push_back(map_above(k, next)->linearise(stack_.layer_rows(state, k), 0));
    }
    return std::make_unique<StackJacobian<S>>(stack_, std::move(layers));
  }

 private:
  /// The map of layer k for the new outputs of the layer below.
  std::unique_ptr<FixedInputMap<S>> map_above(Index k, const ConstMatrixRef<S>& next) const {
    const CellShape below = stack_.layer(k - 1).shape();
    return stack_.layer(k).fix_inputs(stack_.layer_rows(next, k - 1).middleRows(below.output_row, below.output));
  }

  void require_rows(const ConstMatrixRef<S>& state) const {
    if (state.rows() != stack_.shape().state) throw UsageError("shape mismatch: rows of the state");
  }

  const Stack<S>& stack_;
  std::unique_ptr<FixedInputMap<S>> first_;
};

}  // namespace

template <class S>
Stack<S>::Stack(std::vector<std::unique_ptr<DrivenCell<S>>> layers) : layers_(std::move(layers)) {
  if (layers_.empty()) throw UsageError("a stack needs at least one layer");
  weights_per_layer_ = layers_[0]->parameters().size();
  for (Index k = 0; k < this->layers(); ++k) {
    const CellShape shape = layer(k).shape(), bottom = layer(0).shape();
    if (layer(k).kind() != layer(0).kind() || layer(k).attributes() != layer(0).attributes() ||
        shape.output != bottom.output || (k > 0 && shape.input != bottom.output)) {
      throw UsageError("the layers of a stack must be of one kind and size");
    }
    for (Parameter<S> p : layer(k).parameters()) {
      if (!p.name.ends_with(kSuffix)) throw UsageError("the weights of a layer must have names that end in _l0");
      p.name.replace(p.name.size() - kSuffix.size(), kSuffix.size(), "_l" + std::to_string(k));
      parameters_.push_back(std::move(p));
    }
  }
  bind_layers();
}

template <class S>
Stack<S>::Stack(const Stack& other)
    : Cell<S>(other), weights_per_layer_(other.weights_per_layer_), parameters_(other.parameters_) {
  for (const auto& layer : other.layers_) layers_.push_back(driven<S>(layer->clone()));
  bind_layers();
}

template <class S>
void Stack<S>::bind_layers() {
  for (std::size_t k = 0; k < layers_.size(); ++k) layers_[k]->bind(parameters_, k * weights_per_layer_);
}

template <class S>
CellShape Stack<S>::shape() const {
  const CellShape bottom = layer(0).shape();
  return {.input = bottom.input,
          .state = layers() * bottom.state,
          .output = bottom.output,
          .output_row = (layers() - 1) * bottom.state + bottom.output_row};
}

template <class S>
Attributes Stack<S>::attributes() const {
  Attributes all = layer(0).attributes();
  all["layers"] = std::to_string(layers());
  all["layer"] = layer(0).kind();
  return all;
}

template <class S>
std::unique_ptr<Cell<S>> Stack<S>::single_layer(Index k) const {
  const CellShape shape = layer(k).shape();
  auto single = make_cell<S>(layer(k).kind(), shape.input, shape.output, layer(k).attributes());
  for (std::size_t i = 0; i < weights_per_layer_; ++i) single->parameters()[i].value = layer(k).weight(i);
  return single;
}

template <class S>
void Stack<S>::forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                       Tape<S>& tape) const {
  const CellShape shape = this->shape();
  if (initial.rows() != shape.state) throw UsageError("shape mismatch: one initial state for each sequence");
  require_masks<S>(*this, packing, tape);
  tape.layers.resize(layers_.size());
  tape.saved.resize(layers_.size());
  tape.states.resize(shape.state, packing.columns());
  for (Index k = 0; k < layers(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const CellShape below = layer(0).shape();
    if (const Matrix<S>* mask = mask_below(k, tape)) {
      tape.saved[at] = mask->cwiseProduct(outputs_of<S>(below, tape.layers[at - 1].states));
    }
    layer(k).forward(packing, k == 0 ? ConstMatrixRef<S>(x) : input_of<S>(below, k, tape), layer_rows(initial, k),
                     tape.layers[at]);
    layer_rows(tape.states, k) = tape.layers[at].states;
  }
}

template <class S>
void Stack<S>::backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                        const Tape<S>& tape, const ConstMatrixRef<S>& d_output, Parameters<S>& gradient,
                        Matrix<S>* d_input, Matrix<S>* d_initial) const {
  if (gradient.size() != parameters_.size()) throw UsageError("the gradient has the parameters of another cell");
  if (d_initial != nullptr) d_initial->resize(shape().state, packing.batch());
  Matrix<S> d_above, d_below, d_start;
  for (Index k = layers() - 1; k >= 0; --k) {
    const auto at = static_cast<std::size_t>(k);
    const bool top = k + 1 == layers();
    // The layer's part of the gradient, moved out and back in.
    const auto begin = gradient.begin() + static_cast<std::ptrdiff_t>(at * weights_per_layer_);
    const auto end = begin + static_cast<std::ptrdiff_t>(weights_per_layer_);
    Parameters<S> own(std::make_move_iterator(begin), std::make_move_iterator(end));
    layer(k).backward(packing, k == 0 ? ConstMatrixRef<S>(x) : input_of<S>(layer(0).shape(), k, tape),
                      layer_rows(initial, k), tape.layers[at],
                      top ? ConstMatrixRef<S>(d_output) : ConstMatrixRef<S>(d_above), own, k == 0 ? d_input : &d_below,
                      d_initial == nullptr ? nullptr : &d_start);
    std::move(own.begin(), own.end(), begin);
    if (d_initial != nullptr) layer_rows(*d_initial, k) = d_start;
    if (const Matrix<S>* mask = mask_below(k, tape)) d_below.array() *= mask->array();
    std::swap(d_above, d_below);
  }
}

template <class S>
std::unique_ptr<FixedInputMap<S>> Stack<S>::fix_inputs(const ConstMatrixRef<S>& x) const {
  return std::make_unique<StackMap<S>>(*this, x);
}

template class Stack<float>;
template class Stack<double>;

namespace {

constexpr double kMostLayers = 1000;

template <class S>
std::unique_ptr<Cell<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("stack", attributes);
  const double count = read.number("layers", 0);
  const std::string kind = read.text("layer", "");
  if (!(count >= 1 && count <= kMostLayers && count == std::floor(count))) {
    throw UsageError("a stack needs the attribute layers, a number from 1 to 1000");
  }
  if (kind.empty()) throw UsageError("a stack needs the attribute layer, the kind of its layers");
  Attributes of_layer = attributes;
  of_layer.erase("layers");
  of_layer.erase("layer");
  std::vector<std::unique_ptr<DrivenCell<S>>> layers;
  for (int k = 0; k < static_cast<int>(count); ++k) {
    layers.push_back(driven<S>(make_cell<S>(kind, k == 0 ? m : n, n, of_layer)));
  }
  return std::make_unique<Stack<S>>(std::move(layers));
}

}  // namespace

namespace registry::cells {
extern const CellType stack;
const CellType stack{"stack", &make<float>, &make<double>};
}  // namespace registry::cells

}  // namespace unrecur

#include "models/layers/joint_cell.h"

#include <utility>

#include "base/errors.h"
#include "models/layers/cell_registry.h"

namespace unrecur {
namespace {

/// The new outputs of the layers, from the bottom up, as far as they are known.
template <class S>
using Outputs = std::vector<Matrix<S>>;

template <class S>
class JointJacobian : public Jacobian<S> {
 public:
  JointJacobian(const JointCell<S>& cell, std::vector<std::unique_ptr<Jacobian<S>>> layers)
      : cell_(cell), layers_(std::move(layers)) {}

  void apply(const ConstMatrixRef<S>& v, Matrix<S>& out) const override { jvp(v, nullptr, out); }
  void apply_with_input(const ConstMatrixRef<S>& v, const ConstMatrixRef<S>& u, Matrix<S>& out) const override {
    jvp(v, &u, out);
  }
  void apply_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const override { vjp(v, &out, nullptr); }
  /// A layer reads the new outputs of those below it and its own old state: the blocks on the diagonal are its own.
  void diagonal(MatrixRef<S> out) const override {
    for (Index k = 0; k < cell_.layers(); ++k) {
      layers_[static_cast<std::size_t>(k)]->diagonal(cell_.layer_rows(out, k));
    }
  }
  void apply_input_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const override { vjp(v, nullptr, &out); }

 private:
  /// Upwards: each layer with the tangent of its state and of what it reads, which is linear in the outputs below.
  void jvp(const ConstMatrixRef<S>& v, const ConstMatrixRef<S>* u, Matrix<S>& out) const {
    Matrix<S> result(cell_.shape().state, v.cols()), moved, of_inputs;
    if (u != nullptr || cell_.skip() == Skip::dense) of_inputs.setZero(cell_.shape().input, v.cols());
    if (u != nullptr) of_inputs = *u;
    Outputs<S> outputs;
    for (Index k = 0; k < cell_.layers(); ++k) {
      const Jacobian<S>& jacobian = *layers_[static_cast<std::size_t>(k)];
      if (k == 0 && u == nullptr) {
        jacobian.apply(cell_.layer_rows(v, k), moved);
      } else {
        jacobian.apply_with_input(cell_.layer_rows(v, k), cell_.sequence().input_of(k, of_inputs, outputs), moved);
      }
      outputs.push_back(cell_.layer(k).output_of(moved));
      cell_.layer_rows(result, k) = moved;
    }
    out = std::move(result);
  }

  /// Downwards: what the layers above ask of the new output of layer k adds to what is asked of its state.
  void vjp(const ConstMatrixRef<S>& v, Matrix<S>* d_state, Matrix<S>* d_input) const {
    const CellShape whole = cell_.shape();
    Matrix<S> result(whole.state, v.cols()), of_input = Matrix<S>::Zero(whole.input, v.cols()), asked, below;
    Outputs<S> of_outputs;
    for (Index k = 0; k < cell_.layers(); ++k) {
      of_outputs.push_back(Matrix<S>::Zero(cell_.layer(k).shape().output, v.cols()));
    }
    for (Index k = cell_.layers() - 1; k >= 0; --k) {
      const Jacobian<S>& jacobian = *layers_[static_cast<std::size_t>(k)];
      const CellShape own = cell_.layer(k).shape();
      Matrix<S> v_k = cell_.layer_rows(v, k);
      v_k.middleRows(own.output_row, own.output) += of_outputs[static_cast<std::size_t>(k)];
      if (d_state != nullptr) {
        jacobian.apply_transposed(v_k, asked);
        cell_.layer_rows(result, k) = asked;
      }
      if (k == 0 && d_input == nullptr) continue;
      jacobian.apply_input_transposed(v_k, below);
      hand_down(k, below, of_outputs, of_input);
    }
    if (d_state != nullptr) *d_state = std::move(result);
    if (d_input != nullptr) *d_input = std::move(of_input);
  }

  /// The adjoint of Sequential::input_of.
  void hand_down(Index k, const Matrix<S>& asked, Outputs<S>& of_outputs, Matrix<S>& of_input) const {
    if (k == 0) {
      of_input += asked;
      return;
    }
    const auto below = static_cast<std::size_t>(k);
    if (cell_.skip() == Skip::none) {
      of_outputs[below - 1] += asked;
      return;
    }
    Index row = 0;
    if (cell_.skip() == Skip::dense) {
      of_input += asked.topRows(of_input.rows());
      row = of_input.rows();
    }
    for (std::size_t j = 0; j < below; ++j) {
      of_outputs[j] += asked.middleRows(row, of_outputs[j].rows());
      if (cell_.skip() == Skip::dense) row += of_outputs[j].rows();
    }
  }

  const JointCell<S>& cell_;
  std::vector<std::unique_ptr<Jacobian<S>>> layers_;
};

template <class S>
class JointMap : public FixedInputMap<S> {
 public:
  JointMap(const JointCell<S>& cell, const ConstMatrixRef<S>& x)
      : cell_(cell), x_(x), first_(cell.layer(0).fix_inputs(x)) {}

  Index columns() const override { return first_->columns(); }

  void apply(const ConstMatrixRef<S>& state, Index first, MatrixRef<S> next) const override {
    run(state, first, next, [](const FixedInputMap<S>&, Index, Index) {});
  }

  std::unique_ptr<Jacobian<S>> linearise(const ConstMatrixRef<S>& state, Index first) const override {
    Matrix<S> next(state.rows(), state.cols());
    std::vector<std::unique_ptr<Jacobian<S>>> layers;
    run(state, first, next, [&](const FixedInputMap<S>& map, Index k, Index at) {
      layers.push_back(map.linearise(cell_.layer_rows(state, k), at));
    });
    return std::make_unique<JointJacobian<S>>(cell_, std::move(layers));
  }

 private:
  /// Layer by layer; calls visit(map, k, first column) with the map of each layer.
  template <class F>
  void run(const ConstMatrixRef<S>& state, Index first, MatrixRef<S> next, const F& visit) const {
    if (state.rows() != cell_.shape().state) throw UsageError("shape mismatch: rows of the state");
    Outputs<S> outputs;
    for (Index k = 0; k < cell_.layers(); ++k) {
      std::unique_ptr<FixedInputMap<S>> above;
      if (k > 0) above = cell_.layer(k).fix_inputs(input_of(k, state.cols(), first, outputs));
      const FixedInputMap<S>& map = k == 0 ? *first_ : *above;
      const Index at = k == 0 ? first : 0;
      map.apply(cell_.layer_rows(state, k), at, cell_.layer_rows(next, k));
      visit(map, k, at);
      outputs.push_back(cell_.layer(k).output_of(cell_.layer_rows(next, k)));
    }
  }

  Matrix<S> input_of(Index k, Index columns, Index first, const Outputs<S>& outputs) const {
    if (first < 0 || first + columns > x_.cols()) throw UsageError("shape mismatch: more states than inputs");
    return cell_.sequence().input_of(k, x_.middleCols(first, columns), outputs);
  }

  const JointCell<S>& cell_;
  Matrix<S> x_;
  std::unique_ptr<FixedInputMap<S>> first_;
};

/// Whether the layers differ in their sizes and weights alone.
template <class S>
bool alike(const JointCell<S>& cell) {
  const Cell<S>& first = cell.layer(0);
  for (Index k = 1; k < cell.layers(); ++k) {
    const Cell<S>& layer = cell.layer(k);
    if (layer.kind() != first.kind() || layer.attributes() != first.attributes()) return false;
  }
  return true;
}

/// The attributes of layers of one kind that may have their own, as lists; nothing where these are no such layers.
template <class S>
std::optional<Attributes> listed_attributes(const JointCell<S>& cell) {
  const Cell<S>& first = cell.layer(0);
  const CellType* type = find_cell_type(first.kind());
  if (type == nullptr || type->attributes.empty()) return std::nullopt;
  Attributes all = first.attributes();
  for (Index k = 1; k < cell.layers(); ++k) {
    const Cell<S>& layer = cell.layer(k);
    const Attributes own = layer.attributes();
    if (layer.kind() != first.kind() || own.size() != all.size()) return std::nullopt;
    for (auto& [name, values] : all) values += "," + own.at(name);
  }
  for (auto& [name, values] : all) {
    const std::string one = first.attributes().at(name);
    std::string same = one;
    for (Index k = 1; k < cell.layers(); ++k) same += "," + one;
    if (values == same) values = one;
  }
  return all;
}

/// The attributes of each layer under names of its own.
template <class S>
Attributes parted_attributes(const JointCell<S>& cell) {
  Attributes all;
  for (Index k = 0; k < cell.layers(); ++k) {
    for (const auto& [name, value] : cell.layer(k).attributes()) all[name_in_layer(k, name)] = value;
  }
  return all;
}

/// What `of` says of all layers, or where they differ what it says of each, with commas between.
template <class S, class Of>
std::string listed(const JointCell<S>& cell, const Of& of) {
  const std::string first = of(cell.layer(0));
  std::string all = first;
  bool differ = false;
  for (Index k = 1; k < cell.layers(); ++k) {
    const std::string own = of(cell.layer(k));
    differ = differ || own != first;
    all += "," + own;
  }
  return differ ? all : first;
}

}  // namespace

template <class S>
JointCell<S>::JointCell(std::unique_ptr<Sequential<S>> layers) : own_(std::move(layers)), layers_(own_.get()) {
  for (Index k = 0; k < layers_->layers(); ++k) {
    if (layers_->layer(k).recurrence() == nullptr) {
      throw UsageError("layer " + std::to_string(k) + " of kind '" + layers_->layer(k).kind() + "' is no recurrence");
    }
  }
}

template <class S>
CellShape JointCell<S>::shape() const {
  const LayerSizes whole = sequence().sizes();
  const Index top = layers() - 1;
  const bool block = skip() == Skip::none || top == 0;
  return {.input = whole.input,
          .state = whole.state,
          .output = whole.output,
          .output_row = block ? sequence().state_row(top) + layer(top).shape().output_row : -1};
}

template <class S>
Attributes JointCell<S>::attributes() const {
  const bool same = alike(*this);
  const std::optional<Attributes> shared = same ? layer(0).attributes() : listed_attributes(*this);
  Attributes all = shared ? *shared : parted_attributes(*this);
  all["layers"] = std::to_string(layers());
  all["layer"] = listed(*this, [](const Cell<S>& one) { return one.kind(); });
  if (skip() != Skip::none) all["skip"] = name_of(skip());
  const std::string widths = listed(*this, [](const Cell<S>& one) { return std::to_string(one.width()); });
  if (widths.find(',') != widths.npos) all["width"] = widths;
  return all;
}

template <class S>
std::unique_ptr<Cell<S>> JointCell<S>::clone() const {
  return std::make_unique<JointCell>(std::make_unique<Sequential<S>>(sequence()));
}

template <class S>
Matrix<S> JointCell<S>::states(const LayerTape<S>& tape) const {
  const auto& own = tape_as<SequentialTape<S>>(tape);
  Matrix<S> all;
  for (Index k = 0; k < layers(); ++k) {
    const Matrix<S> states = layer(k).states(*own.layers[static_cast<std::size_t>(k)]);
    if (k == 0) all.resize(sequence().sizes().state, states.cols());
    layer_rows(all, k) = states;
  }
  return all;
}

template <class S>
Matrix<S> JointCell<S>::output_of(const ConstMatrixRef<S>& states) const {
  Outputs<S> outputs;
  for (Index k = 0; k < layers(); ++k) outputs.push_back(layer(k).output_of(layer_rows(states, k)));
  return sequence().output_of(outputs);
}

template <class S>
std::unique_ptr<FixedInputMap<S>> JointCell<S>::fix_inputs(const ConstMatrixRef<S>& x) const {
  return std::make_unique<JointMap<S>>(*this, x);
}

template <class S>
std::unique_ptr<Cell<S>> JointCell<S>::single_layer(Index k) const {
  auto single = layer(k).clone();
  single->unbind();
  return single;
}

template class JointCell<float>;
template class JointCell<double>;

}  // namespace unrecur

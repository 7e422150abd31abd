#include "models/blocks/block.h"

#include <utility>

#include "base/errors.h"
#include "models/arrays/shares.h"
#include "models/blocks/stream.h"

namespace unrecur {
namespace {

template <class S>
std::vector<Branch<S>> copies_of(const std::vector<Branch<S>>& branches) {
  const auto copy_of = [](const BlockPart<S>& part) {
    return BlockPart<S>{part.name, part.layer ? part.layer->copy() : nullptr, part.masked};
  };
  std::vector<Branch<S>> copies;
  for (const Branch<S>& branch : branches) {
    Branch<S>& copy = copies.emplace_back();
    for (const BlockPart<S>& part : branch.parts) copy.parts.push_back(copy_of(part));
    copy.path = branch.path;
    copy.projection = copy_of(branch.projection);
    copy.after = branch.after;
  }
  return copies;
}

[[noreturn]] void refuse_sizes(const std::string& kind, const std::string& part, Index found, Index wanted) {
  throw UsageError("a block of kind '" + kind + "': expected " + std::to_string(wanted) + " rows at " + part +
                   ", found " + std::to_string(found));
}

/// The rows that a branch gives for `rows` of its input.
template <class S>
Index rows_after(const std::string& kind, const Branch<S>& branch, Index rows) {
  using Path = typename Branch<S>::Path;
  const Index read = rows;
  for (const BlockPart<S>& part : branch.parts) {
    const LayerSizes own = part.layer->sizes();
    if (own.input != rows) refuse_sizes(kind, part.name, own.input, rows);
    rows = own.output;
  }
  if (branch.path == Path::identity && !branch.parts.empty() && read != rows) refuse_sizes(kind, "a path", read, rows);
  if (branch.path != Path::projected) return rows;
  const LayerSizes path = branch.projection.layer->sizes();
  if (path.input != read) refuse_sizes(kind, branch.projection.name, path.input, read);
  if (path.output != rows) refuse_sizes(kind, branch.projection.name, path.output, rows);
  if (path.state != 0) refuse_sizes(kind, "the state of " + branch.projection.name, path.state, 0);
  return rows;
}

/// Whether something goes around the parts of a branch. Around none it would be the input once more.
template <class S>
bool has_path(const Branch<S>& branch) {
  using Path = typename Branch<S>::Path;
  return branch.path == Path::projected || (branch.path == Path::identity && !branch.parts.empty());
}

/// value = ρ(value + around), where something goes around; the same in `copy` where it is not null.
template <class S>
void join(const Branch<S>& branch, const ConstMatrixRef<S>& around, Matrix<S>& value, Matrix<S>* copy) {
  if (copy == nullptr && !has_path(branch) && branch.after == Activation::identity) return;
  if (copy != nullptr) copy->resize(value.rows(), value.cols());
  for_each_part_shared(value.rows(), value.cols(), [&](Index first, Index count) {
    auto part = value.middleCols(first, count);
    if (has_path(branch)) part += around.middleCols(first, count);
    activate<S>(branch.after, part);
    if (copy != nullptr) copy->middleCols(first, count) = part;
  });
}

/// The adjoint: d becomes that of value before, given d_value, which may be d; what is returned is that of around,
/// empty where nothing goes around.
template <class S>
Matrix<S> part_from_path(const Branch<S>& branch, const Matrix<S>& value, const ConstMatrixRef<S>& d_value,
                         Matrix<S>& d) {
  const bool elsewhere = d.size() == 0 || d.data() != d_value.data();
  if (elsewhere) d.resize(d_value.rows(), d_value.cols());
  Matrix<S> around;
  if (has_path(branch)) around.resize(d.rows(), d.cols());
  for_each_part_shared(d.rows(), d.cols(), [&](Index first, Index count) {
    auto part = d.middleCols(first, count);
    if (elsewhere) part = d_value.middleCols(first, count);
    scale_by_slope<S>(branch.after, value.middleCols(first, count), part);
    if (has_path(branch)) around.middleCols(first, count) = part;
  });
  return around;
}

template <class S>
void multiply_by_mask(const Matrix<S>& mask, Matrix<S>& value) {
  for_each_part_shared(value.rows(), value.cols(), [&](Index first, Index count) {
    value.middleCols(first, count).array() *= mask.middleCols(first, count).array();
  });
}

}  // namespace

/// What one layer of the block leaves, and what the branches do.
template <class S>
struct Block<S>::Tape : LayerTape<S> {
  std::vector<std::unique_ptr<LayerTape<S>>> layers;  ///< as for_each_layer goes
  std::vector<Matrix<S>> outputs;                     ///< of each layer, times its mask
  std::vector<Matrix<S>> values;                      ///< of each branch
};

/// Where a pass through the block has come to.
template <class S>
struct Block<S>::Place {
  std::size_t layer = 0, weight = 0, mask = 0;
  Index state = 0;
};

template <class S>
template <class Visit>
void Block<S>::for_each_layer(const Visit& visit) const {
  for (const Branch<S>& branch : branches_) {
    for (const BlockPart<S>& part : branch.parts) visit(part);
    if (branch.projection.layer) visit(branch.projection);
  }
}

template <class S>
Block<S>::Block(Origin origin, std::vector<Branch<S>> branches)
    : origin_(std::move(origin)), branches_(std::move(branches)) {
  Index rows = origin_.inputs;
  for (const Branch<S>& branch : branches_) rows = rows_after(origin_.kind, branch, rows);
  sizes_ = {.input = origin_.inputs, .state = 0, .output = rows};
  for_each_layer([&](const BlockPart<S>& part) { sizes_.state += part.layer->sizes().state; });
  take_weights();
}

template <class S>
Block<S>::Block(const Block& other)
    : FeedForwardLayer<S>(other), origin_(other.origin_), branches_(copies_of(other.branches_)), sizes_(other.sizes_) {
  // Copies of bound layers read the list that these do.
  if (!this->bound()) bind_layers(this->parameters_, 0);
}

template <class S>
void Block<S>::take_weights() {
  for_each_layer([&](const BlockPart<S>& part) {
    for (Parameter<S>& p : part.layer->parameters()) {
      this->parameters_.push_back({part.name + "." + p.name, std::move(p.value), p.rank});
    }
  });
  bind_layers(this->parameters_, 0);
}

template <class S>
void Block<S>::bind_layers(const Parameters<S>& list, std::size_t first) {
  for_each_layer([&](const BlockPart<S>& part) {
    part.layer->bind(list, first);
    first += part.layer->parameters().size();
  });
}

template <class S>
void Block<S>::bind(const Parameters<S>& list, std::size_t first) {
  bind_layers(list, first);
  SequenceLayer<S>::bind(list, first);
}

template <class S>
void Block<S>::unbind() {
  SequenceLayer<S>::unbind();
  bind_layers(this->parameters_, 0);
}

template <class S>
std::optional<Index> Block<S>::receptive_field() const {
  Index field = 1;
  bool known = true;
  for_each_layer([&](const BlockPart<S>& part) {
    const auto own = part.layer->receptive_field();
    known = known && own;
    field += own.value_or(1) - 1;
  });
  return known ? std::optional(field) : std::nullopt;
}

template <class S>
std::vector<Index> Block<S>::mask_rows() const {
  std::vector<Index> rows;
  for_each_layer([&](const BlockPart<S>& part) {
    if (part.masked) rows.push_back(part.layer->sizes().output);
  });
  return rows;
}

template <class S>
std::vector<WeightStart> Block<S>::weight_starts() const {
  std::vector<WeightStart> starts;
  for_each_layer([&](const BlockPart<S>& part) {
    const std::vector<WeightStart> own = unrecur::weight_starts(*part.layer);
    starts.insert(starts.end(), own.begin(), own.end());
  });
  return starts;
}

template <class S>
std::unique_ptr<LayerTape<S>> Block<S>::make_tape() const {
  auto tape = std::make_unique<Tape>();
  for_each_layer([&](const BlockPart<S>& part) { tape->layers.push_back(part.layer->make_tape()); });
  tape->outputs.resize(tape->layers.size());
  tape->values.resize(branches_.size());
  return tape;
}

template <class S>
void Block<S>::forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                       LayerTape<S>& tape, Matrix<S>& output, Matrix<S>* final_state) const {
  this->require_inputs(packing, x, initial, tape);
  auto& own = tape_as<Tape>(tape);
  if (final_state != nullptr) final_state->resize(sizes_.state, packing.batch());
  Place at;
  Matrix<S> layer_final;
  const auto run = [&](const BlockPart<S>& part, const ConstMatrixRef<S>& input) {
    const Index states = part.layer->sizes().state;
    Matrix<S>& given = own.outputs[at.layer];
    part.layer->forward(packing, input, initial.middleRows(at.state, states), *own.layers[at.layer], given,
                        final_state == nullptr ? nullptr : &layer_final);
    if (final_state != nullptr) final_state->middleRows(at.state, states) = layer_final;
    if (part.masked && !own.masks.empty()) multiply_by_mask(own.masks[at.mask], given);
    at.mask += part.masked ? 1 : 0;
    at.state += states;
    ++at.layer;
  };
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    const Branch<S>& branch = branches_[i];
    const ConstMatrixRef<S> read = i == 0 ? ConstMatrixRef<S>(x) : ConstMatrixRef<S>(own.values[i - 1]);
    for (std::size_t j = 0; j < branch.parts.size(); ++j) {
      run(branch.parts[j], j == 0 ? read : ConstMatrixRef<S>(own.outputs[at.layer - 1]));
    }
    Matrix<S>& value = own.values[i];
    Matrix<S>* const copy = i + 1 == branches_.size() ? &output : nullptr;
    if (branch.parts.empty()) {
      value = read;
    } else {
      value.swap(own.outputs[at.layer - 1]);  // which nobody reads again
    }
    if (branch.path == Branch<S>::Path::projected) {
      run(branch.projection, read);
      join<S>(branch, own.outputs[at.layer - 1], value, copy);
    } else {
      join<S>(branch, read, value, copy);
    }
  }
}

template <class S>
void Block<S>::backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                        const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                        Matrix<S>* d_input, Matrix<S>* d_initial) const {
  this->require_gradients(packing, d_output, gradient);
  const auto& own = tape_as<Tape>(tape);
  if (d_initial != nullptr) d_initial->resize(sizes_.state, packing.batch());
  Place at{.layer = own.layers.size(), .weight = gradient.size(), .mask = own.masks.size(), .state = sizes_.state};
  Matrix<S> d_start;
  // Goes back through one layer: d is ∂loss/∂output, and becomes ∂loss/∂input where that is asked for.
  const auto run = [&](const BlockPart<S>& part, const ConstMatrixRef<S>& input, Matrix<S>& d, bool asked) {
    const Index states = part.layer->sizes().state;
    --at.layer;
    at.weight -= part.layer->parameters().size();
    at.state -= states;
    if (part.masked && !own.masks.empty()) multiply_by_mask(own.masks[--at.mask], d);
    Matrix<S> below;
    part.layer->backward(packing, input, initial.middleRows(at.state, states), *own.layers[at.layer], d,
                         gradient.subspan(at.weight, part.layer->parameters().size()), asked ? &below : nullptr,
                         d_initial == nullptr ? nullptr : &d_start);
    if (d_initial != nullptr) d_initial->middleRows(at.state, states) = d_start;
    std::swap(d, below);
  };
  Matrix<S> d;
  for (std::size_t i = branches_.size(); i-- > 0;) {
    const Branch<S>& branch = branches_[i];
    const ConstMatrixRef<S> read = i == 0 ? ConstMatrixRef<S>(x) : ConstMatrixRef<S>(own.values[i - 1]);
    const bool asked = i > 0 || d_input != nullptr;
    const ConstMatrixRef<S> d_value = i + 1 == branches_.size() ? d_output : ConstMatrixRef<S>(d);
    Matrix<S> around = part_from_path<S>(branch, own.values[i], d_value, d);
    if (branch.path == Branch<S>::Path::projected) run(branch.projection, read, around, asked);
    for (std::size_t j = branch.parts.size(); j-- > 0;) {
      run(branch.parts[j], j == 0 ? read : ConstMatrixRef<S>(own.outputs[at.layer - 2]), d, asked || j > 0);
    }
    if (around.size() > 0 && asked) {
      for_each_part_shared(d.rows(), d.cols(), [&](Index first, Index count) {
        d.middleCols(first, count) += around.middleCols(first, count);
      });
    }
  }
  if (d_input != nullptr) std::swap(*d_input, d);
}

template <class S>
class Block<S>::Stream : public LayerStream<S> {
 public:
  Stream(const Block& block, Index batch) : block_(block) {
    block.for_each_layer([&](const BlockPart<S>& part) { layers_.push_back(make_stream(*part.layer, batch)); });
  }

  void step(const ConstMatrixRef<S>& x, Matrix<S>& output) override {
    Matrix<S> read = x, value, given;
    std::size_t layer = 0;
    for (const Branch<S>& branch : block_.branches_) {
      value = read;
      for (std::size_t j = 0; j < branch.parts.size(); ++j) {
        layers_[layer++]->step(value, given);
        std::swap(value, given);
      }
      if (branch.path == Branch<S>::Path::identity && !branch.parts.empty()) value += read;
      if (branch.path == Branch<S>::Path::projected) {
        layers_[layer++]->step(read, given);
        value += given;
      }
      activate<S>(branch.after, value);
      std::swap(read, value);
    }
    output = read;
  }

 private:
  const Block& block_;
  std::vector<std::unique_ptr<LayerStream<S>>> layers_;
};

template <class S>
std::unique_ptr<LayerStream<S>> Block<S>::stream(Index batch) const {
  return std::make_unique<Stream>(*this, batch);
}

template class Block<float>;
template class Block<double>;

}  // namespace unrecur

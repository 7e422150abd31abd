// Recurrences on top of each other, step by step: layer k reads the new outputs below it, which are known to within
// what the states of the box make of them.
#include <utility>

#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/runs/run_parts.h"
#include "theory/verify/arb/runs/skip_inputs.h"

namespace unrecur::verify {
namespace {

/// One layer, which its map reads.
struct StackedLayer {
  std::unique_ptr<const SingleLayer> own;
  std::unique_ptr<PreparedLayer> map{};
  Index inputs = 0, units = 0, states = 0;
};

class PreparedStack : public PreparedLayer {
 public:
  PreparedStack(std::vector<StackedLayer> layers, std::string skip)
      : layers_(std::move(layers)), skip_(std::move(skip)) {
    for (const StackedLayer& layer : layers_) states_ += layer.states;
  }

  /// That of the lowest layer, then x, which those above may read too.
  Balls drive(const Vector<double>& x) const override {
    Balls all = layers_.front().map->drive(x);
    all.insert(all.end(), x.begin(), x.end());
    return all;
  }

  Image step(const CenteredState& box, const Balls& drive) const override {
    const auto lowest = drive.end() - layers_.front().inputs;
    const Balls x(lowest, drive.end());
    Image all{{}, {Matrix<double>::Zero(states_, states_), Vector<double>(states_)}};
    std::vector<Balls> outputs;
    std::vector<Linear> moves;
    Index first = 0;
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const StackedLayer& layer = layers_[k];
      CenteredState own = part(box, first, layer.states);
      Linear read;
      if (k > 0) read = add_inputs(own, k, x, outputs, moves, box.radius);
      Image image = layer.map->step(own, k == 0 ? Balls(drive.begin(), lowest) : layer.map->drive({}));
      Linear moved = over_all(image.jacobian, layer, first, read, box.radius);
      all.jacobian.value.middleRows(first, layer.states) = moved.value;
      all.jacobian.off.segment(first, layer.states) = moved.off;
      outputs.emplace_back(image.middle.end() - layer.units, image.middle.end());
      moves.push_back({moved.value.bottomRows(layer.units), moved.off.tail(layer.units)});
      all.middle.insert(all.middle.end(), image.middle.begin(), image.middle.end());
      first += layer.states;
    }
    return all;
  }

 private:
  static CenteredState part(const CenteredState& box, Index first, Index size) {
    const auto begin = box.middle.begin() + first;
    return {{begin, begin + size}, box.radius.segment(first, size), box.exponent};
  }

  /// Appends what layer k reads to the box of its states; returns how that moves with all states.
  Linear add_inputs(CenteredState& own, std::size_t k, const Balls& x, const std::vector<Balls>& outputs,
                    const std::vector<Linear>& moves, const Vector<double>& r) const {
    Linear read = read_by(skip_, k, std::ssize(x), moves, r);
    Balls middle = read_by(skip_, k, x, outputs);
    for (std::size_t i = 0; i < middle.size(); ++i) {
      // The box is around an exact number; how wide that was rounded is one more distance from it.
      read.off(static_cast<Index>(i)) += radius_in(middle[i], own.exponent);
      arb_get_mid_arb(middle[i].raw(), middle[i].raw());
    }
    read.off *= upwards(1);
    const Index states = own.radius.size();
    own.radius.conservativeResize(states + read.off.size());
    own.radius.tail(read.off.size()) = moved(read, r);
    own.middle.insert(own.middle.end(), middle.begin(), middle.end());
    return read;
  }

  /// The Jacobian of a layer in terms of the states of all: J_s in its own columns, and J_u times that of what it
  /// reads.
  Linear over_all(const Linear& of_layer, const StackedLayer& layer, Index first, const Linear& read,
                  const Vector<double>& r) const {
    Linear all{Matrix<double>::Zero(layer.states, states_), of_layer.off};
    if (read.off.size() > 0) {
      const Coefficients one(Balls(at(layer.states), Ball(1.0)));
      const Linear below = chained(one, of_layer.value.rightCols(read.off.size()), read, r);
      all.value = below.value;
      all.off = (all.off + below.off) * upwards(1);
    }
    // Layers below read nothing of this one: its columns are free.
    all.value.middleCols(first, layer.states) = of_layer.value.leftCols(layer.states);
    return all;
  }

  std::vector<StackedLayer> layers_;
  std::string skip_;
  Index states_ = 0;
};

/// Layer k of the stack; without a map where it cannot be run.
StackedLayer layer_of(const Layer& stack, std::size_t k) {
  StackedLayer layer{.own = std::make_unique<SingleLayer>(single_layer(stack, k))};
  const KindProof* kind = layer.own->proof();
  const Matrix<double>* recurrent = find_parameter(layer.own->weights, "weight_hh_l0");
  const Matrix<double>* input = find_parameter(layer.own->weights, "weight_ih_l0");
  if (kind == nullptr || kind->stacked || kind->prepare == nullptr || kind->scan != nullptr) return layer;
  if (recurrent == nullptr || input == nullptr) return layer;
  layer.inputs = input->cols();
  layer.units = recurrent->cols();
  layer.states = layer.units * static_cast<Index>(kind->states_per_unit);
  layer.map = kind->prepare(layer.own->layer(), k == 0 ? Inlet::exact : Inlet::boxed);
  return layer;
}

/// Whether there are layers, all can be run, and each reads what those below it give.
bool runnable(const std::vector<StackedLayer>& layers, const std::string& skip) {
  std::vector<LayerWidths> widths;
  for (const StackedLayer& layer : layers) {
    if (!layer.map) return false;
    widths.push_back({at(layer.inputs), at(layer.units)});
  }
  return !layers.empty() && fit(skip, widths);
}

}  // namespace

std::unique_ptr<PreparedLayer> prepare_stack(const Layer& layer, Inlet inlet) {
  const KindProof* lowest = find_kind_proof(kind_of_layer(layer, 0));
  if (inlet == Inlet::boxed || lowest == nullptr || lowest->stacked || lowest->prepare == nullptr) return nullptr;
  if (lowest->scan != nullptr) return lowest->prepare(layer, inlet);
  const auto found = layer.attributes.find("skip");
  const std::string skip = found == layer.attributes.end() ? "none" : found->second;
  std::vector<StackedLayer> layers;
  for (std::size_t k = 0; k < layers_of(layer); ++k) layers.push_back(layer_of(layer, k));
  if (!is_skip(skip) || !runnable(layers, skip)) return nullptr;
  return std::make_unique<PreparedStack>(std::move(layers), skip);
}

}  // namespace unrecur::verify

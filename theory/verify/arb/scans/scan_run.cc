// Scans and stacks of them, step by step in balls: for witnesses of memory.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/scans/scan.h"
#include "theory/verify/arb/scans/scan_layer.h"
#include "theory/verify/balls/ball_rows.h"

namespace unrecur::verify {
namespace {

using Balls = std::vector<Ball>;

/// One layer: what becomes of its state and what it gives.
class RunningScan {
 public:
  explicit RunningScan(ScanLayer layer) : layer_(std::move(layer)), rows_(*layer_.u) {}

  std::size_t states() const { return layer_.states(); }
  std::size_t inputs() const { return layer_.inputs; }
  std::size_t units() const { return layer_.units; }

  /// Adds the state after the step to `next`, and returns h'. `state` is the layer's own.
  Balls step(const Ball* state, const Balls& input, Balls& next) const {
    Balls window = input;
    window.insert(window.end(), state, state + layer_.stored);
    next.insert(next.end(), window.begin(), window.begin() + static_cast<std::ptrdiff_t>(layer_.stored));
    const Ball* before = state + layer_.stored;
    Balls cells, outputs;
    for (std::size_t j = 0; j < layer_.units; ++j) {
      const Ball c = taken_in(window, before[j], j);
      cells.push_back(c);
      if (layer_.separate) outputs.push_back(let_out(window, c, input, j));
    }
    next.insert(next.end(), cells.begin(), cells.end());
    next.insert(next.end(), outputs.begin(), outputs.end());
    return layer_.separate ? outputs : cells;
  }

 private:
  Ball drive(const Balls& window, std::size_t block, std::size_t j) const {
    const auto row = static_cast<Index>(block * layer_.units + j);
    return rows_.dot(row, window.data(), Ball((*layer_.bias)(row, 0)));
  }

  Ball taken_in(const Balls& window, const Ball& before, std::size_t j) const {
    const Ball a_z = drive(window, 0, j), z = layer_.scan.tanh_candidate ? tanh(a_z) : a_z;
    const Ball cap(layer_.scan.cap), open = sigmoid(drive(window, 1, j));
    if (layer_.scan.intake == Scan::Intake::coupled) {
      const Ball f = cap * open;
      return f * before + (Ball(1.0) - f) * z;
    }
    const Ball i = sigmoid(drive(window, layer_.intake(), j));
    if (layer_.scan.intake == Scan::Intake::gated) return cap * open * before + i * z;
    const Ball f = cap * (open / (open + i));
    return f * before + (Ball(1.0) - f) * z;
  }

  Ball let_out(const Balls& window, const Ball& c, const Balls& input, std::size_t j) const {
    const Ball o = sigmoid(drive(window, layer_.outlet(), j));
    if (layer_.scan.outlet == Scan::Outlet::gated) return o * c;
    const Ball around = layer_.projected ? drive(window, layer_.outlet() + 1, j) : input[j];
    return o * (layer_.scan.tanh_squash ? tanh(c) : c) + (Ball(1.0) - o) * around;
  }

  ScanLayer layer_;
  BallRows rows_;
};

enum class Reading { below, sum, all };

/// Layers on top of each other. What a step does to a box of states is computed in balls of the whole box: a state
/// comes back times a gate of at most 1, and gates see no state of their own layer, so that balls hardly grow.
class RunningScans : public PreparedLayer {
 public:
  RunningScans(std::vector<ScanLayer> layers, Reading reading) : reading_(reading) {
    layers_.reserve(layers.size());
    for (ScanLayer& layer : layers) layers_.emplace_back(std::move(layer));
  }

  Balls drive(const Vector<double>& x) const override { return {x.begin(), x.end()}; }

  Image step(const CenteredState& box, const Balls& input) const override {
    const Balls state = box.balls();
    Balls next;
    next.reserve(state.size());
    std::vector<Balls> outputs;
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const std::size_t first = next.size();
      outputs.push_back(layers_[k].step(&state[first], read_by(k, input, outputs), next));
    }
    const auto count = static_cast<Index>(next.size());
    return {std::move(next), {Matrix<double>(), Vector<double>::Zero(count)}};
  }

 private:
  Balls read_by(std::size_t k, const Balls& input, const std::vector<Balls>& outputs) const {
    if (k == 0) return input;
    if (reading_ == Reading::below) return outputs[k - 1];
    Balls all = reading_ == Reading::all ? input : outputs[0];
    for (std::size_t j = reading_ == Reading::all ? 0 : 1; j < k; ++j) {
      if (reading_ == Reading::all) {
        all.insert(all.end(), outputs[j].begin(), outputs[j].end());
      } else {
        for (std::size_t i = 0; i < all.size(); ++i) all[i] += outputs[j][i];
      }
    }
    return all;
  }

  std::vector<RunningScan> layers_;
  Reading reading_;
};

std::optional<Reading> reading_of(const Layer& layer) {
  const std::string skip = attribute_or(layer, "skip", "none");
  if (skip == "none") return Reading::below;
  if (skip == "residual") return Reading::sum;
  return skip == "dense" ? std::optional(Reading::all) : std::nullopt;
}

/// Whether each layer reads as many numbers as those below it give.
bool fit(const std::vector<ScanLayer>& layers, Reading reading) {
  std::size_t all = layers.front().inputs;
  for (std::size_t k = 1; k < layers.size(); ++k) {
    all += layers[k - 1].units;
    if (layers[k].inputs != (reading == Reading::all ? all : layers[k - 1].units)) return false;
    if (reading == Reading::sum && layers[k].units != layers[k - 1].units) return false;
  }
  return true;
}

/// An attribute that is not known here may make another map of the layer.
bool says_only_what_scans_do(const Layer& layer) {
  constexpr std::string_view known[] = {"window", "cap", "pooling", "activation", "layers", "layer", "skip"};
  return std::ranges::all_of(layer.attributes, [&](const auto& attribute) {
    return std::ranges::find(known, attribute.first) != std::end(known);
  });
}

}  // namespace

std::unique_ptr<PreparedLayer> prepare_scans(const Layer& layer) {
  const auto reading = reading_of(layer);
  if (!reading || !says_only_what_scans_do(layer)) return nullptr;
  std::vector<ScanLayer> layers;
  for (std::size_t k = 0; k < layers_of(layer); ++k) {
    const Parameters<double> weights = weights_of_layer(*layer.weights, k);
    auto read = read_layer({kind_of_layers(layer), attributes_of_layer(layer, k), &weights});
    if (!read) return nullptr;
    layers.push_back(std::move(*read));
  }
  if (layers.empty() || !fit(layers, *reading)) return nullptr;
  return std::make_unique<RunningScans>(std::move(layers), *reading);
}

}  // namespace unrecur::verify

// Scans and stacks of them, step by step in balls: for witnesses of memory.
#include <string>
#include <utility>
#include <vector>

#include "theory/verify/arb/scans/scan.h"
#include "theory/verify/arb/scans/scan_chain.h"
#include "theory/verify/balls/ball_rows.h"

namespace unrecur::verify {
namespace {

/// One layer: what becomes of its state and what it gives.
class RunningScan {
 public:
  explicit RunningScan(ScanLayer layer) : layer_(std::move(layer)), rows_(*layer_.u) {}

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

/// Layers on top of each other. What a step does to a box of states is computed in balls of the whole box: a state
/// comes back times a gate of at most 1, and gates see no state of their own layer, so that balls hardly grow.
class RunningScans : public PreparedLayer {
 public:
  explicit RunningScans(ScanChain chain) : skip_(std::move(chain.skip)) {
    layers_.reserve(chain.layers.size());
    for (ScanLayer& layer : chain.layers) layers_.emplace_back(std::move(layer));
  }

  Balls drive(const Vector<double>& x) const override { return {x.begin(), x.end()}; }

  Image step(const CenteredState& box, const Balls& input) const override {
    const Balls state = box.balls();
    Balls next;
    next.reserve(state.size());
    std::vector<Balls> outputs;
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const std::size_t first = next.size();
      outputs.push_back(layers_[k].step(&state[first], read_by(skip_, k, input, outputs), next));
    }
    const auto count = static_cast<Index>(next.size());
    return {std::move(next), {Matrix<double>(), Vector<double>::Zero(count)}};
  }

 private:
  std::vector<RunningScan> layers_;
  std::string skip_;
};

std::vector<LayerWidths> widths_of(const ScanChain& chain) {
  std::vector<LayerWidths> widths;
  for (const ScanLayer& layer : chain.layers) widths.push_back({layer.inputs, layer.units});
  return widths;
}

}  // namespace

std::unique_ptr<PreparedLayer> prepare_scans(const Layer& layer, Inlet inlet) {
  if (inlet == Inlet::boxed) return nullptr;
  for (const SingleLayer& one : chain_of(layer)) {
    if (!says_only(one.layer(), {"window", "cap", "pooling", "activation"})) return nullptr;
  }
  ScanChain chain = read_chain(layer);
  if (!chain.wrong.empty() || !fit(chain.skip, widths_of(chain))) return nullptr;
  return std::make_unique<RunningScans>(std::move(chain));
}

}  // namespace unrecur::verify

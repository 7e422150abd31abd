#include "theory/scans/scan_rate.h"

#include <algorithm>
#include <utility>

#include "theory/scans/scan_weights.h"

namespace unrecur {
namespace {

Vector<double> limits_of(const ScanChain& chain) {
  Vector<double> all;
  for (const ScanLink& layer : chain.layers) {
    all = stacked(all, layer.bounds.inputs.replicate(layer.cell->options().window - 1, 1));
    all = stacked(all, layer.bounds.memory);
    if (layer.cell->separate_output()) all = stacked(all, layer.bounds.output);
  }
  return all;
}

/// The set, or the box around it where it has so many columns that to prove anything of them one by one is dear.
InputSet manageable(const InputSet& inputs) {
  const Matrix<double>& columns = inputs.columns();
  if (columns.cols() <= kMostColumns) return inputs;
  const Vector<double> low = columns.rowwise().minCoeff(), high = columns.rowwise().maxCoeff();
  return InputSet::box(low.replicate(inputs.window(), 1), high.replicate(inputs.window(), 1))
      .called("inputs of the smallest box around the " + std::to_string(columns.cols()) + " of the set");
}

/// One layer that reads the newest input alone: then two states always read the same, and nothing has to be bounded.
std::optional<Certificate> for_every_state(const ScanChain& chain, const InputSet& inputs, double most) {
  const ScanLink& layer = chain.layers.front();
  if (chain.layers.size() > 1 || layer.cell->options().window > 1) return std::nullopt;
  Domain domain;
  if (inputs.bounded()) domain = {.text = "every state; " + inputs.description(), .inputs = inputs};
  return proved_certificate("largest_gate", Norm::inf(layer.cell->shape().state), most, std::move(domain));
}

}  // namespace

std::optional<ScanRate> certify_scans(const Cell<double>& cell, const InputSet& all) {
  const InputSet inputs = manageable(all);
  ScanChain chain = scan_chain(cell);
  if (chain.layers.empty()) return std::nullopt;
  for (const ScanLink& layer : chain.layers) {
    if (!layer.absolute.allFinite() || !layer.cell->weight(2).allFinite()) return std::nullopt;
  }
  bound_layers(chain, inputs);
  std::vector<double> kept;
  for (const ScanLink& layer : chain.layers) kept.push_back(layer.bounds.kept.maxCoeff());
  const double most = *std::max_element(kept.begin(), kept.end());
  if (!(most < 1.0)) return std::nullopt;
  if (!chain.bounded) {
    auto certificate = for_every_state(chain, inputs, most);
    return certificate ? std::optional(ScanRate{std::move(*certificate), std::move(kept)}) : std::nullopt;
  }
  const ScanWeights weighting = best_weights(chain, most);
  Vector<double> weights = joined(weighting.weights);
  const double rate = rate_of(weighting);
  if (!(rate < 1.0) || !(weights.minCoeff() > 0.0)) return std::nullopt;
  Domain domain{.text = "states in an invariant box around zero; " + inputs.description(),
                .limits = limits_of(chain),
                .inputs = inputs};
  auto certificate =
      proved_certificate("largest_gate", Norm::weighted_inf(std::move(weights)), rate, std::move(domain));
  return certificate ? std::optional(ScanRate{std::move(*certificate), std::move(kept)}) : std::nullopt;
}

std::optional<double> scan_output_bound(const Cell<double>& cell) {
  const auto* scan = dynamic_cast<const ScanCell<double>*>(&cell);
  if (scan == nullptr) return std::nullopt;
  const ScanOptions& options = scan->options();
  const bool bounded = options.candidate == Activation::tanh && options.intake != ScanOptions::Intake::gated &&
                       options.outlet != ScanOptions::Outlet::highway;
  return bounded ? std::optional(1.0) : std::nullopt;
}

std::optional<Vector<double>> scan_output_limits(const Cell<double>& cell, const InputSet& inputs) {
  const auto* scan = dynamic_cast<const ScanCell<double>*>(&cell);
  if (scan == nullptr || !inputs.bounded()) return std::nullopt;
  const ScanBounds bounds = scan_bounds(*scan, {.set = &inputs, .set_rows = cell.shape().input});
  return bounds.output.allFinite() ? std::optional(bounds.output) : std::nullopt;
}

bool is_scan(const Cell<double>& cell) {
  return !scan_chain(cell).layers.empty();
}

}  // namespace unrecur

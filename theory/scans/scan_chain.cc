#include "theory/scans/scan_chain.h"

#include <utility>

#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

Vector<double> sum_up(const Vector<double>& a, const Vector<double>& b) {
  return a.binaryExpr(b, [](double x, double y) { return add_up(x, y); });
}

}  // namespace

Vector<double> stacked(const Vector<double>& a, const Vector<double>& b) {
  Vector<double> both(a.size() + b.size());
  both << a, b;
  return both;
}

Vector<double> read_by(const ScanChain& chain, std::size_t k, const std::vector<Vector<double>>& outputs,
                       const Vector<double>& of_input) {
  if (k == 0) return of_input;
  if (chain.skip == Skip::none) return outputs[k - 1];
  Vector<double> all = chain.skip == Skip::dense ? of_input : outputs[0];
  for (std::size_t j = chain.skip == Skip::dense ? 0 : 1; j < k; ++j) {
    all = chain.skip == Skip::dense ? stacked(all, outputs[j]) : sum_up(all, outputs[j]);
  }
  return all;
}

ScanChain scan_chain(const Cell<double>& cell) {
  ScanChain chain;
  chain.inputs = cell.shape().input;
  if (const auto* scan = dynamic_cast<const ScanCell<double>*>(&cell)) {
    chain.layers.push_back({nullptr, scan, {}, scan->weight(0).cwiseAbs()});
    return chain;
  }
  const auto* stack = dynamic_cast<const JointCell<double>*>(&cell);
  if (stack == nullptr) return chain;
  chain.skip = stack->skip();
  for (Index k = 0; k < stack->layers(); ++k) {
    auto own = stack->single_layer(k);
    const auto* scan = dynamic_cast<const ScanCell<double>*>(own.get());
    if (scan == nullptr) return {};
    Matrix<double> absolute = scan->weight(0).cwiseAbs();
    chain.layers.push_back({std::move(own), scan, {}, std::move(absolute)});
  }
  return chain;
}

void bound_layers(ScanChain& chain, const InputSet& inputs) {
  std::vector<Vector<double>> limits;
  for (std::size_t k = 0; k < chain.layers.size(); ++k) {
    const bool external = k == 0 || chain.skip == Skip::dense;
    ScanInputs read{.set = external ? &inputs : nullptr, .set_rows = external ? chain.inputs : 0};
    if (k > 0) read.reach = read_by(chain, k, limits, Vector<double>());
    ScanLink& layer = chain.layers[k];
    layer.bounds = scan_bounds(*layer.cell, read);
    limits.push_back(layer.bounds.output);
    chain.bounded = chain.bounded && layer.bounds.memory.allFinite() && layer.bounds.output.allFinite();
  }
}

}  // namespace unrecur

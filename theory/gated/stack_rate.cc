#include "theory/gated/stack_rate.h"

#include <algorithm>
#include <utility>

#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/rounding.h"
#include "theory/certificates/kind_theory.h"

namespace unrecur {
namespace {

std::optional<LayerComparison> comparison_of(const Cell<double>& cell, const InputSet& inputs) {
  const KindTheory* kind = find_kind_theory(cell.kind());
  return kind != nullptr && kind->comparison != nullptr ? kind->comparison(cell, inputs) : std::nullopt;
}

/// The rows of layer k's output in a vector over its states.
Vector<double> output_of(const JointCell<double>& stack, std::size_t k, const Vector<double>& states) {
  const CellShape shape = stack.layer(static_cast<Index>(k)).shape();
  return states.segment(shape.output_row, shape.output);
}

/// The weights c_k and the rates t_k.
struct Joint {
  std::vector<double> scale, rate;
};

Joint join(const std::vector<LayerComparison>& layers, const JointCell<double>& stack) {
  double largest = 0.0;
  for (const LayerComparison& layer : layers) largest = std::max(largest, layer.certificate.rate.value);
  const double aim = largest < 1.0 ? largest + 0.05 * (1.0 - largest) : 1.01 * largest;
  Joint joint{{1.0}, {layers.front().certificate.rate.value}};
  for (std::size_t k = 1; k < layers.size(); ++k) {
    const Vector<double>& v = layers[k].certificate.norm.weights();
    const Vector<double> below = output_of(stack, k - 1, layers[k - 1].certificate.norm.weights());
    const double gain = largest_ratio_up(product_up(layers[k].from_input, below), v);
    const double pushed = multiply_up(multiply_up(joint.rate.back(), joint.scale.back()), gain);
    const double own = layers[k].certificate.rate.value;
    const double scale = std::max(1e-6 * joint.scale.back(), pushed / (aim - own));
    joint.scale.push_back(scale);
    joint.rate.push_back(add_up(own, divide_up(pushed, scale)));
  }
  return joint;
}

}  // namespace

std::optional<StackRate> certify_stack(const JointCell<double>& stack, const InputSet& inputs) {
  if (!stack.plain()) return std::nullopt;
  std::vector<LayerComparison> layers;
  std::vector<double> rates;
  InputSet below = inputs;
  for (Index k = 0; k < stack.layers(); ++k) {
    std::optional<LayerComparison> layer = comparison_of(*stack.single_layer(k), below);
    if (!layer) return std::nullopt;
    const Vector<double>& limits = layer->certificate.domain.limits;
    if (limits.size() > 0) {
      const Vector<double> h = output_of(stack, layers.size(), limits);
      below = InputSet::box(-h, h);
    }
    rates.push_back(layer->certificate.rate.value);
    layers.push_back(std::move(*layer));
  }

  const Joint joint = join(layers, stack);
  Vector<double> w(stack.shape().state), limits(stack.shape().state);
  bool boxed = true;
  double rate = 0.0;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const Index at = stack.sequence().state_row(static_cast<Index>(k)), n = layers[k].certificate.norm.weights().size();
    const Certificate& own = layers[k].certificate;
    w.segment(at, n) = joint.scale[k] * own.norm.weights();
    boxed = boxed && own.domain.limits.size() == n;
    if (boxed) limits.segment(at, n) = own.domain.limits;
    rate = joint.rate[k] <= rate ? rate : (joint.rate[k] > rate ? joint.rate[k] : kInfinity);
  }
  // Each weight was rounded once, which can move a row's sum by as much.
  rate = multiply_up(rate, add_up(1.0, gamma_up(4)));
  if (!w.allFinite() || !(w.minCoeff() > 0x1p-900)) return std::nullopt;
  Domain domain;
  if (boxed) {
    domain = {
        .text = "states in an invariant box around zero; " + inputs.description(), .limits = limits, .inputs = inputs};
  }
  auto certificate = proved_certificate("comparison_matrix", Norm::weighted_inf(w), rate, std::move(domain));
  if (!certificate) return std::nullopt;
  return StackRate{std::move(*certificate), std::move(rates)};
}

}  // namespace unrecur

#include "theory/gated/stack_rate.h"

#include <algorithm>
#include <utility>

#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/rounding.h"
#include "theory/gated/gru_rates.h"
#include "theory/gated/lstm_rates.h"
#include "theory/slope/contraction.h"

namespace unrecur {
namespace {

/// One layer: its own certificate in a weighted infinity norm, and what its input does to its state.
struct Layer {
  Certificate certificate;
  Matrix<double> from_input;  ///< |∂φ/∂x|
};

std::optional<Layer> lstm_layer(const Cell<double>& cell, const InputSet& inputs) {
  const auto lstm = boxed_lstm(cell, inputs);
  auto certificate = lstm ? certify_lstm_comparison(*lstm) : std::nullopt;
  if (!certificate) return std::nullopt;
  return Layer{std::move(*certificate), lstm_input_comparison(lstm->weights, lstm->box)};
}

std::optional<Layer> gru_layer(const Cell<double>& cell, const InputSet& inputs) {
  const auto gru = boxed_gru(cell, inputs);
  auto certificate = gru ? certify_gru_comparison(*gru) : std::nullopt;
  if (!certificate) return std::nullopt;
  return Layer{std::move(*certificate), gru_input_comparison(gru->weights, gru->reset, gru->box)};
}

std::optional<Layer> slope_layer(const Cell<double>& cell) {
  const auto map = slope_map(cell);
  auto certificate = map ? certify_perron(*map) : std::nullopt;
  const auto* u = find_parameter(cell.parameters(), "weight_ih_l0");
  if (!certificate || u == nullptr) return std::nullopt;
  const double slope = multiply_up(map->leak, map->largest_slope());
  Matrix<double> from_input = u->unaryExpr([slope](double entry) { return multiply_up(slope, std::abs(entry)); });
  return Layer{std::move(*certificate), std::move(from_input)};
}

std::optional<Layer> layer_of(const Cell<double>& cell, const InputSet& inputs) {
  if (cell.kind() == "lstm") return lstm_layer(cell, inputs);
  if (cell.kind() == "gru") return gru_layer(cell, inputs);
  return slope_layer(cell);
}

/// The weights c_k and the rates t_k.
struct Joint {
  std::vector<double> scale, rate;
};

Joint join(const std::vector<Layer>& layers, const CellShape& shape) {
  double largest = 0.0;
  for (const Layer& layer : layers) largest = std::max(largest, layer.certificate.rate.value);
  const double aim = largest < 1.0 ? largest + 0.05 * (1.0 - largest) : 1.01 * largest;
  Joint joint{{1.0}, {layers.front().certificate.rate.value}};
  for (std::size_t k = 1; k < layers.size(); ++k) {
    const Vector<double>& v = layers[k].certificate.norm.weights();
    const Vector<double> below = layers[k - 1].certificate.norm.weights().segment(shape.output_row, shape.output);
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
  const CellShape shape = stack.layer(0).shape();
  std::vector<Layer> layers;
  std::vector<double> rates;
  InputSet below = inputs;
  for (Index k = 0; k < stack.layers(); ++k) {
    std::optional<Layer> layer = layer_of(*stack.single_layer(k), below);
    if (!layer) return std::nullopt;
    const Vector<double>& limits = layer->certificate.domain.limits;
    if (limits.size() > 0) {
      const Vector<double> h = limits.segment(shape.output_row, shape.output);
      below = InputSet::box(-h, h);
    }
    rates.push_back(layer->certificate.rate.value);
    layers.push_back(std::move(*layer));
  }

  const Joint joint = join(layers, shape);
  const Index n = shape.state;
  Vector<double> w(n * stack.layers()), limits(n * stack.layers());
  bool boxed = true;
  double rate = 0.0;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const Index at = static_cast<Index>(k) * n;
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
  certificate->witness["v"] = w;
  return StackRate{std::move(*certificate), std::move(rates)};
}

}  // namespace unrecur

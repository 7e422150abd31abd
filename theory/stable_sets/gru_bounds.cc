#include "theory/stable_sets/gru_bounds.h"

#include <algorithm>
#include <cmath>

#include "models/layers/cell_registry.h"
#include "theory/arithmetic/perron.h"
#include "theory/gated/comparison.h"
#include "theory/slope/weighted_rate.h"
#include "theory/stable_sets/gate_slopes.h"

namespace unrecur {

bool resets_after(const Cell<float>& cell) {
  return cell.attributes().at("reset") == "after";
}

std::optional<UpperBound> prove_gru(const SequenceModel<float>& model, const InputBounds& inputs) {
  const auto exact = cast_cell<double>(model.cell());
  const GatedWeights weights = gated_weights(*exact);
  const Reset reset = resets_after(model.cell()) ? Reset::after : Reset::before;
  const auto box = gru_box(weights, reset, input_set(model, inputs));
  if (!box) return std::nullopt;
  const GruComparison m = gru_comparison(weights, reset, *box);
  const auto rate_in = [&](const Vector<double>& v) {
    const auto at = [&](const Matrix<double>& end) {
      return weighted_inf_rate({.w = end, .slope_low = 1.0, .slope_high = 1.0}, v);
    };
    return std::max(at(m.at_low), at(m.at_high));
  };
  double rate = rate_in(Vector<double>::Ones(weights.n));
  for (const auto* end : {&m.at_low, &m.at_high}) rate = std::min(rate, rate_in(perron_vector(*end)));
  if (!(rate < 1.0)) return std::nullopt;
  return UpperBound{rate, Rigour::proved};
}

GruRowWeights gru_row_weights(const SequenceModel<float>& model, const InputBounds& inputs) {
  const Cell<float>& cell = model.cell();
  const auto& recurrent = *find_parameter(cell.parameters(), "weight_hh_l0");
  const Index n = recurrent.cols();
  const bool after = resets_after(cell);
  DriveRange range = drive_range(model, inputs, 0, recurrent.rows());
  const Vector<float> reach = recurrent.cwiseAbs().rowwise().sum();
  // Where the reset gate comes after the product, it scales the candidate's second bias with it.
  Vector<float> second = Vector<float>::Zero(n);
  if (const auto* bias = find_parameter(cell.parameters(), "bias_hh_l0"); bias != nullptr && after) {
    second = bias->col(0).segment(kNew * n, n);
  }
  GruRowWeights w;
  for (auto* v : {&w.z, &w.n_weight, &w.r_weight, &w.z_weight, &w.reset, &w.reset_slope}) v->resize(n);
  for (Index j = 0; j < n; ++j) {
    const auto low = [&](Index gate) { return range.low(gate * n + j) - reach(gate * n + j); };
    const auto high = [&](Index gate) { return range.high(gate * n + j) + reach(gate * n + j); };
    w.z(j) = sigmoid(high(kUpdate));
    w.reset(j) = sigmoid(high(kReset));
    w.reset_slope(j) = sigmoid_slope(low(kReset), high(kReset));
    const float inner = reach(kNew * n + j) + std::abs(second(j));  // q
    const float gained = w.reset(j) * inner;
    const float new_low = range.low(kNew * n + j) - second(j) - gained;
    const float new_high = range.high(kNew * n + j) - second(j) + gained;
    const float candidate = std::tanh(std::max(std::abs(new_low), std::abs(new_high)));
    const float share = (1.0F - w.z(j)) * tanh_slope(new_low, new_high);
    w.n_weight(j) = after ? share * w.reset(j) : share;
    w.r_weight(j) = after ? share * w.reset_slope(j) * inner : 0.0F;
    w.z_weight(j) = (1.0F + candidate) * sigmoid_slope(low(kUpdate), high(kUpdate));
  }
  return w;
}

}  // namespace unrecur

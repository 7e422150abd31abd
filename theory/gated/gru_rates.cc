#include "theory/gated/gru_rates.h"

#include <algorithm>
#include <utility>

#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/perron.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/certificates/best_conditioned.h"

namespace unrecur {
namespace {

Reset reset_of(const Cell<double>& cell) {
  return cell.attributes().at("reset") == "after" ? Reset::after : Reset::before;
}

double product_max_up(const Vector<double>& a, const Vector<double>& b) {
  double largest = 0.0;
  for (Index j = 0; j < a.size(); ++j) largest = std::max(largest, multiply_up(a(j), b(j)));
  return largest;
}

/// An upper bound of ‖∂n/∂h‖_∞.
double candidate_gain(const BoxedGru& gru) {
  const auto norm = [&](Index gate) { return inf_norm_upper(gru.weights.recurrent_of(gate)); };
  const double open = gru.box.r.value.maxCoeff(), slope = gru.box.n.slope.maxCoeff();
  if (gru.reset == Reset::after) {
    const double through_reset = multiply_up(product_max_up(gru.box.r.slope, gru.box.q), norm(0));
    return multiply_up(slope, add_up(multiply_up(open, norm(2)), through_reset));
  }
  const double gated = add_up(open, multiply_up(product_max_up(gru.box.r.slope, gru.box.h), norm(0)));
  return multiply_up(slope, multiply_up(norm(2), gated));
}

double ratio_up(const GruComparison& m, const Vector<double>& v) {
  return std::max(largest_ratio_up(product_up(m.at_low, v), v), largest_ratio_up(product_up(m.at_high, v), v));
}

/// Row by row the end of z that is worse for v.
Matrix<double> worse_rows(const GruComparison& m, const Vector<double>& v) {
  const Vector<double> low = m.at_low * v, high = m.at_high * v;
  Matrix<double> worse = m.at_high;
  for (Index j = 0; j < v.size(); ++j) {
    if (low(j) > high(j)) worse.row(j) = m.at_low.row(j);
  }
  return worse;
}

}  // namespace

std::optional<BoxedGru> boxed_gru(const Cell<double>& cell, const InputSet& inputs) {
  GatedWeights weights = gated_weights(cell);
  const Reset reset = reset_of(cell);
  std::optional<GruBox> box = gru_box(weights, reset, inputs);
  if (!box || !(box->z.value.maxCoeff() < 1.0)) return std::nullopt;
  Domain domain{.text = "|h_j| within an invariant box; " + inputs.description(), .limits = box->h, .inputs = inputs};
  return BoxedGru{std::move(weights), reset, std::move(*box), std::move(domain)};
}

std::optional<Certificate> certify_gru_delta_iss(const BoxedGru& gru) {
  const double gain = candidate_gain(gru);
  const auto at = [gain](double z) { return add_up(z, multiply_up(std::max(0.0, subtract_up(1.0, z)), gain)); };
  const double carried = std::max(at(gru.box.z_low.minCoeff()), at(gru.box.z.value.maxCoeff()));
  const double update =
      multiply_up(gru_coefficients(gru.box).update.maxCoeff(), inf_norm_upper(gru.weights.recurrent_of(1)));
  return proved_certificate("delta_iss", Norm::inf(gru.weights.n), add_up(carried, update), gru.domain);
}

std::optional<Certificate> certify_gru_comparison(const BoxedGru& gru) {
  const GruComparison m = gru_comparison(gru.weights, gru.reset, gru.box);
  if (!m.at_low.allFinite() || !m.at_high.allFinite()) return std::nullopt;
  const MonotoneMap worse = [&m](const Vector<double>& v) -> Vector<double> {
    return (m.at_low * v).cwiseMax(m.at_high * v);
  };
  const auto certificate_of = [&](const Vector<double>& v) {
    return proved_certificate("comparison_matrix", Norm::weighted_inf(v), ratio_up(m, v), gru.domain);
  };
  // From v = 1, so that the rate is never above that of delta_iss.
  const Vector<double> ones = Vector<double>::Ones(gru.weights.n), v = power_witness(worse, ones);
  auto best = certificate_of(v);
  if (gru.weights.n > kWitnessSize || !best) return best;
  const Matrix<double> rows = worse_rows(m, v);
  if (auto other = certificate_of(perron_witness(rows)); other && other->rate.value < best->rate.value) {
    best = std::move(other);
  }
  return best_conditioned(std::move(*best), rows, certificate_of, certificate_of(ones));
}

}  // namespace unrecur

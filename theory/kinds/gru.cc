#include <utility>

#include "models/layers/activation_attributes.h"
#include "theory/arithmetic/activation_bounds.h"
#include "theory/certificates/kind_theory.h"
#include "theory/check/ladders/ladders.h"
#include "theory/check/rate_limits.h"
#include "theory/curvature/cell_jets.h"
#include "theory/gated/coupled_rates.h"
#include "theory/gated/gru_rates.h"
#include "theory/orbits/enclosed_cell.h"

namespace unrecur {
namespace {

constexpr std::string_view kUpper[] = {"delta_iss", "comparison_matrix", "coupled_comparison", "block_2norm",
                                       "quadratic"};
constexpr std::string_view kLower[] = {"periodic_orbit", "spectral_radius_at_fixed_point"};

std::vector<GateLimit> limits(const Cell<double>& cell, const InputSet& inputs) {
  std::optional<GateFactors> known;
  if (const auto gru = boxed_gru(cell, inputs)) {
    const GruBox& box = gru->box;
    const GruCoefficients by = gru_coefficients(box);
    const Vector<double>& multiplied = gru->reset == Reset::after ? box.q : box.h;
    known = {
        box.h,
        {box.r.value, box.z.value, box.n.value},
        {by.at_low.cwiseProduct(box.r.slope).cwiseProduct(multiplied), by.update, by.at_low.cwiseProduct(box.r.value)}};
  }
  return gated_limits(cell, inputs, known);
}

std::optional<LayerComparison> comparison(const Cell<double>& cell, const InputSet& inputs) {
  const auto gru = boxed_gru(cell, inputs);
  auto certificate = gru ? certify_coupled_gru(*gru) : std::nullopt;
  if (!certificate && gru) certificate = certify_gru_comparison(*gru);
  if (!certificate) return std::nullopt;
  return LayerComparison{std::move(*certificate), gru_input_comparison(gru->weights, gru->reset, gru->box)};
}

/// h' lies between h and a value of tanh, or of the function in its place.
std::optional<double> bounded_output(const Cell<double>& cell) {
  return bound_of(activation_in(cell.attributes(), "candidate", Activation::tanh));
}

std::optional<Vector<double>> output_limits_of(const Cell<double>& cell, const InputSet& inputs) {
  const auto boxed = boxed_gru(cell, inputs);
  return boxed ? std::optional<Vector<double>>(boxed->box.h) : std::nullopt;
}

}  // namespace

namespace registry::kinds {
extern const KindTheory gru;
const KindTheory gru{.kind = "gru",
                     .upper_methods = kUpper,
                     .lower_methods = kLower,
                     .bound_rate = &bound_gru,
                     .needs_bounded_inputs = true,
                     .keeping_gate = "update",
                     .limits = &limits,
                     .enclosure = &enclosures::gru,
                     .comparison = &comparison,
                     .output_bound = &bounded_output,
                     .output_limits = &output_limits_of,
                     .jets = &gru_jets};
}  // namespace registry::kinds

}  // namespace unrecur

#include <utility>

#include "models/layers/activation_attributes.h"
#include "theory/arithmetic/activation_bounds.h"
#include "theory/certificates/kind_theory.h"
#include "theory/check/ladders/ladders.h"
#include "theory/check/rate_limits.h"
#include "theory/curvature/cell_jets.h"
#include "theory/gated/coupled_rates.h"
#include "theory/gated/lstm_rates.h"
#include "theory/orbits/enclosed_cell.h"

namespace unrecur {
namespace {

constexpr std::string_view kUpper[] = {"miller_hardt",       "delta_iss",   "comparison_matrix",
                                       "coupled_comparison", "block_2norm", "quadratic"};
constexpr std::string_view kLower[] = {"periodic_orbit", "spectral_radius_at_fixed_point"};

std::vector<GateLimit> limits(const Cell<double>& cell, const InputSet& inputs) {
  std::optional<GateFactors> known;
  if (const auto lstm = boxed_lstm(cell, inputs)) {
    const LstmBox& box = lstm->box;
    const LstmCoefficients by = lstm_coefficients(box);
    known = {box.h, {box.i.value, box.f.value, box.z.value, box.o.value}, {by.i, by.f, by.z, by.o}};
  }
  return gated_limits(cell, inputs, known);
}

std::optional<LayerComparison> comparison(const Cell<double>& cell, const InputSet& inputs) {
  const auto lstm = boxed_lstm(cell, inputs);
  auto certificate = lstm ? certify_coupled_lstm(*lstm) : std::nullopt;
  if (!certificate && lstm) certificate = certify_lstm_comparison(*lstm);
  if (!certificate) return std::nullopt;
  return LayerComparison{std::move(*certificate), lstm_input_comparison(lstm->weights, lstm->box)};
}

/// |o tanh(c)| ≤ 1, and so with every other bounded function in the place of tanh.
std::optional<double> bounded_output(const Cell<double>& cell) {
  return bound_of(activation_in(cell.attributes(), "output", Activation::tanh));
}

std::optional<Vector<double>> output_limits_of(const Cell<double>& cell, const InputSet& inputs) {
  const auto boxed = boxed_lstm(cell, inputs);
  return boxed ? std::optional<Vector<double>>(boxed->box.h) : std::nullopt;
}

}  // namespace

namespace registry::kinds {
extern const KindTheory lstm;
const KindTheory lstm{.kind = "lstm",
                      .upper_methods = kUpper,
                      .lower_methods = kLower,
                      .bound_rate = &bound_lstm,
                      .needs_bounded_inputs = true,
                      .keeping_gate = "forget",
                      .limits = &limits,
                      .enclosure = &enclosures::lstm,
                      .comparison = &comparison,
                      .output_bound = &bounded_output,
                      .output_limits = &output_limits_of,
                      .jets = &lstm_jets};
}  // namespace registry::kinds

}  // namespace unrecur

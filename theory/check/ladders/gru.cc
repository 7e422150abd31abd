#include "theory/check/ladders/ladders.h"
#include "theory/check/ladders/quadratic_rung.h"
#include "theory/gated/coupled_rates.h"
#include "theory/gated/gru_rates.h"

namespace unrecur {
namespace {

using GruProof = std::optional<Certificate> (*)(const BoxedGru&);

/// Why no box was found, and what would give one.
void explain_gru(UpperRateBound& bound, const InputSet& inputs) {
  bound.note =
      inputs.bounded() ? "an update gate can come as near to 1 as makes no difference" : "inputs are not bounded";
  if (!inputs.bounded()) bound.missing = Missing::bounded_inputs;
}

}  // namespace

RateBounds bound_gru(const Cell<double>& cell, const RateOptions& options) {
  const std::optional<BoxedGru> gru = boxed_gru(cell, options.inputs);
  RateBounds bounds;
  const auto add = [&](const char* method, GruProof certify) {
    if (!wanted(options, method)) return;
    bounds.upper.push_back(upper_rate_bound(method, [&] { return gru ? certify(*gru) : std::nullopt; }));
    if (!gru) explain_gru(bounds.upper.back(), options.inputs);
  };
  add("delta_iss", &certify_gru_delta_iss);
  add("comparison_matrix", &certify_gru_comparison);
  add("coupled_comparison", &certify_coupled_gru);
  add("block_2norm", &certify_gru_block_2norm);
  add_orbit_bounds(bounds, cell, options);
  add_quadratic(bounds, options, gru);
  if (!gru && wanted(options, "quadratic")) explain_gru(bounds.upper.back(), options.inputs);
  return bounds;
}

}  // namespace unrecur

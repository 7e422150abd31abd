#include "theory/check/ladders/ladders.h"
#include "theory/check/ladders/quadratic_rung.h"
#include "theory/gated/coupled_rates.h"
#include "theory/gated/lstm_rates.h"

namespace unrecur {
namespace {

using LstmProof = std::optional<Certificate> (*)(const BoxedLstm&);

/// Why no box was found, and what would give one.
void explain_lstm(UpperRateBound& bound, const InputSet& inputs) {
  bound.note =
      inputs.bounded() ? "a forget gate can come as near to 1 as makes no difference" : "inputs are not bounded";
  if (!inputs.bounded()) bound.missing = Missing::bounded_inputs;
}

}  // namespace

RateBounds bound_lstm(const Cell<double>& cell, const RateOptions& options) {
  const std::optional<BoxedLstm> lstm = boxed_lstm(cell, options.inputs);
  RateBounds bounds;
  const auto add = [&](const char* method, LstmProof certify) {
    if (!wanted(options, method)) return;
    bounds.upper.push_back(upper_rate_bound(method, [&] { return lstm ? certify(*lstm) : std::nullopt; }));
    if (!lstm) explain_lstm(bounds.upper.back(), options.inputs);
  };
  if (!lstm || lstm->weights.standard()) add("miller_hardt", &certify_miller_hardt);
  add("delta_iss", &certify_delta_iss);
  add("comparison_matrix", &certify_lstm_comparison);
  add("coupled_comparison", &certify_coupled_lstm);
  add("block_2norm", &certify_lstm_block_2norm);
  add_orbit_bounds(bounds, cell, options);
  add_quadratic(bounds, options, lstm);
  if (!lstm && wanted(options, "quadratic")) explain_lstm(bounds.upper.back(), options.inputs);
  return bounds;
}

}  // namespace unrecur

#include "theory/certificates/kind_theory.h"
#include "theory/check/ladders/ladders.h"
#include "theory/check/rate_limits.h"
#include "theory/gated/coupled_rates.h"
#include "theory/gated/lstm_rates.h"
#include "theory/orbits/enclosed_cell.h"

namespace unrecur {
namespace {

constexpr std::string_view kCappedUpper[] = {"delta_iss", "comparison_matrix", "block_2norm"};
constexpr std::string_view kCappedLower[] = {"periodic_orbit", "spectral_radius_at_fixed_point"};

/// What needs the forget gate's value and slope over the box alone, where the cap is a factor of both. Methods that
/// follow the gate along its curve (coupled_comparison, quadratic) are not derived for it.
std::optional<Certificate> certify_capped(const Cell<double>& cell, const InputSet& inputs, std::string_view method) {
  const auto lstm = boxed_lstm(cell, inputs);
  if (!lstm) return std::nullopt;
  if (method == "delta_iss") return certify_delta_iss(*lstm);
  return method == "comparison_matrix" ? certify_lstm_comparison(*lstm) : certify_lstm_block_2norm(*lstm);
}

}  // namespace

namespace registry::kinds {
extern const KindTheory capped_lstm;
const KindTheory capped_lstm{.kind = "capped_lstm",
                             .upper_methods = kCappedUpper,
                             .lower_methods = kCappedLower,
                             .bound_rate = &bound_by_certificates,
                             .certify = &certify_capped,
                             .keeping_gate = "forget",
                             .limits = &lstm_limits,
                             .enclosure = &enclosures::lstm,
                             .comparison = &lstm_layer_comparison,
                             .output_bound = &lstm_output_bound,
                             .output_limits = &lstm_output_limits};
}  // namespace registry::kinds

}  // namespace unrecur

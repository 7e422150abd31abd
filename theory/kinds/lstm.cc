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

}  // namespace

namespace registry::kinds {
extern const KindTheory lstm;
const KindTheory lstm{.kind = "lstm",
                      .upper_methods = kUpper,
                      .lower_methods = kLower,
                      .bound_rate = &bound_lstm,
                      .needs_bounded_inputs = true,
                      .keeping_gate = "forget",
                      .limits = &lstm_limits,
                      .enclosure = &enclosures::lstm,
                      .comparison = &lstm_layer_comparison,
                      .output_bound = &lstm_output_bound,
                      .output_limits = &lstm_output_limits,
                      .jets = &lstm_jets};
}  // namespace registry::kinds

}  // namespace unrecur

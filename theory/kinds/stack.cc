#include "theory/certificates/kind_theory.h"
#include "theory/check/ladders/ladders.h"
#include "theory/check/rate_limits.h"
#include "theory/curvature/cell_jets.h"

namespace unrecur::registry::kinds {
namespace {

constexpr std::string_view kUpper[] = {"comparison_matrix", "largest_gate"};
constexpr std::string_view kLower[] = {"periodic_orbit", "spectral_radius_at_fixed_point"};

}  // namespace

extern const KindTheory stack;
const KindTheory stack{.kind = "stack",
                       .upper_methods = kUpper,
                       .lower_methods = kLower,
                       .bound_rate = &bound_stack,
                       .limits = &stack_limits,
                       .jets = &stack_jets};

}  // namespace unrecur::registry::kinds

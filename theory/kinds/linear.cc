#include "theory/certificates/kind_theory.h"
#include "theory/check/rate_limits.h"
#include "theory/check/slope_ladder.h"
#include "theory/curvature/cell_jets.h"
#include "theory/orbits/enclosed_cell.h"
#include "theory/slope/local_slopes.h"
#include "theory/slope/sloped_kind.h"

namespace unrecur {
namespace {

std::optional<SlopedStep> sloped(const Attributes&) {
  return SlopedStep{.activation = Activation::identity, .leak = 1.0};
}

}  // namespace

namespace registry::kinds {
extern const KindTheory linear;
const KindTheory linear{.kind = "linear",
                        .upper_methods = kSlopedUpper,
                        .lower_methods = kSlopedLower,
                        .bound_rate = &bound_slope_map,
                        .limits = &sloped_limits,
                        .enclosure = &enclosures::sloped,
                        .comparison = &sloped_comparison,
                        .output_limits = &kept_states,
                        .jets = &sloped_jets,
                        .sloped = &sloped};
}  // namespace registry::kinds

}  // namespace unrecur

#include <cmath>
#include <cstdlib>

#include "base/errors.h"
#include "models/layers/activation_attributes.h"
#include "theory/certificates/kind_theory.h"
#include "theory/check/rate_limits.h"
#include "theory/check/slope_ladder.h"
#include "theory/curvature/cell_jets.h"
#include "theory/orbits/enclosed_cell.h"
#include "theory/slope/local_slopes.h"
#include "theory/slope/slope_map.h"
#include "theory/slope/sloped_kind.h"

namespace unrecur {
namespace {

std::optional<SlopedStep> sloped(const Attributes& attributes) {
  SlopedStep step;
  try {
    step.activation = activation_in(attributes, "activation", Activation::tanh);
  } catch (const UsageError&) {
    return std::nullopt;
  }
  if (const auto it = attributes.find("leak"); it != attributes.end()) {
    char* end = nullptr;
    step.leak = std::strtod(it->second.c_str(), &end);
    if (end == it->second.c_str() || *end != '\0') return std::nullopt;
  }
  return step;
}

}  // namespace

namespace registry::kinds {
extern const KindTheory elman;
const KindTheory elman{.kind = "elman",
                       .upper_methods = kSlopedUpper,
                       .lower_methods = kSlopedLower,
                       .bound_rate = &bound_slope_map,
                       .limits = &sloped_limits,
                       .enclosure = &enclosures::sloped,
                       .comparison = &sloped_comparison,
                       .output_bound = &invariant_box,
                       .output_limits = &kept_states,
                       .jets = &sloped_jets,
                       .sloped = &sloped};
}  // namespace registry::kinds

}  // namespace unrecur

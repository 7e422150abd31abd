#include <utility>

#include "theory/certificates/kind_theory.h"
#include "theory/check/ladders/ladders.h"

namespace unrecur {

RateBounds bound_by_certificates(const Cell<double>& cell, const RateOptions& options) {
  RateBounds bounds;
  const KindTheory* kind = find_kind_theory(cell.kind());
  if (kind == nullptr || kind->certify == nullptr) return bounds;
  for (const std::string_view method : kind->upper_methods) {
    if (!wanted(options, method)) continue;
    UpperRateBound found =
        upper_rate_bound(std::string(method), [&] { return kind->certify(cell, options.inputs, method); });
    if (!found.certificate && kind->needs_bounded_inputs && !options.inputs.bounded()) {
      found.note = "inputs are not bounded";
      found.missing = Missing::bounded_inputs;
    }
    bounds.upper.push_back(std::move(found));
  }
  if (kind->enclosure != nullptr) add_orbit_bounds(bounds, cell, options);
  return bounds;
}

}  // namespace unrecur

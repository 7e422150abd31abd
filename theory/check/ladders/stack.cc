#include "theory/check/ladders/ladders.h"
#include "theory/check/notes.h"
#include "theory/check/rate_bound.h"
#include "theory/gated/stack_rate.h"
#include "theory/scans/scan_rate.h"

namespace unrecur {
namespace {

/// "layers alone: 0.61, 0.72".
std::string note_of(const std::vector<double>& rates) {
  std::string note = "layers alone:";
  for (const double rate : rates) note += (note.back() == ':' ? " " : ", ") + short_decimal(rate);
  return note;
}

}  // namespace

RateBounds bound_stack(const Cell<double>& cell, const RateOptions& options) {
  const auto* stack = dynamic_cast<const JointCell<double>*>(&cell);
  RateBounds bounds;
  if (stack == nullptr) return bounds;
  if (is_scan(cell)) return bound_scan(cell, options);
  if (wanted(options, "comparison_matrix")) {
    std::string note =
        stack->plain() ? "a layer has no bounded box" : "no certificate for stacks with skip connections";
    UpperRateBound found = upper_rate_bound("comparison_matrix", [&]() -> std::optional<Certificate> {
      std::optional<StackRate> rate = certify_stack(*stack, options.inputs);
      if (!rate) return std::nullopt;
      note = note_of(rate->layers);
      return std::move(rate->certificate);
    });
    found.note = note;
    if (!found.certificate && !options.inputs.bounded()) found.missing = Missing::bounded_inputs;
    bounds.upper.push_back(std::move(found));
  }
  add_orbit_bounds(bounds, cell, options);
  return bounds;
}

}  // namespace unrecur

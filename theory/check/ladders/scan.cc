#include "theory/check/ladders/ladders.h"
#include "theory/check/notes.h"
#include "theory/scans/scan_rate.h"

namespace unrecur {
namespace {

/// "largest forget gates: 0.98, 0.9".
std::string gates_note(const std::vector<double>& kept) {
  std::string note = kept.size() > 1 ? "largest forget gates:" : "largest forget gate:";
  for (std::size_t k = 0; k < kept.size(); ++k) note += (k == 0 ? " " : ", ") + short_decimal(kept[k]);
  return note;
}

}  // namespace

void add_largest_gate(RateBounds& bounds, const Cell<double>& cell, const RateOptions& options) {
  if (!wanted(options, "largest_gate")) return;
  std::string note = "a forget gate can come as near to 1 as makes no difference, or a state has no bound";
  UpperRateBound found = upper_rate_bound("largest_gate", [&]() -> std::optional<Certificate> {
    std::optional<ScanRate> rate = certify_scans(cell, options.inputs);
    if (!rate) return std::nullopt;
    note = gates_note(rate->kept);
    return std::move(rate->certificate);
  });
  found.note = note;
  if (!found.certificate && !options.inputs.bounded()) {
    found.note = "inputs are not bounded";
    found.missing = Missing::bounded_inputs;
  }
  bounds.upper.push_back(std::move(found));
}

RateBounds bound_scan(const Cell<double>& cell, const RateOptions& options) {
  RateBounds bounds;
  add_largest_gate(bounds, cell, options);
  return bounds;
}

}  // namespace unrecur

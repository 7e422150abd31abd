#include "theory/proofs/refute.h"

#include <fmt/format.h>

#include <utility>

#include "base/format_bound.h"
#include "theory/verify/claim_of.h"

namespace unrecur {
namespace {

std::string words_for(const verify::Refutation& r) {
  const std::string radius = format_rate_bound(r.radius, BoundSide::lower);
  if (r.states.size() == 0) {
    return fmt::format("has a rate of at least {} in every fixed norm, over every state and every input", radius);
  }
  const std::string orbit =
      r.states.cols() == 1 ? "a fixed point" : fmt::format("a cycle of {} steps", r.states.cols());
  return fmt::format(
      "has a rate of at least {} in every fixed norm, over any domain that holds {} under the inputs given here",
      radius, orbit);
}

}  // namespace

std::optional<RefutationFile> refutation_for(const RecurrentLayer& layer, const CheckedCell& checked) {
  require_verifier();
  if (!checked.cell) return std::nullopt;
  const Cell<double>& cell = *checked.cell;
  for (const Rung* rung : checked.check.refutations) {
    auto refutation = verify::refutation_of(*rung);
    if (!refutation) continue;
    if (!verify::refute({cell.kind(), cell.attributes(), &cell.parameters()}, *refutation).proved) continue;
    return RefutationFile{rung->method, layer.name + " " + words_for(*refutation), proved_layer(layer.name, cell),
                          std::move(*refutation)};
  }
  return std::nullopt;
}

}  // namespace unrecur

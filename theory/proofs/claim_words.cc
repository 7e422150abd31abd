#include "theory/proofs/claim_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/format_bound.h"

namespace unrecur {
namespace {

/// "within 1", or "within 0.5 to 1, entry by entry" for a box around zero.
template <class Limits>
std::string box_words(const char* what, const Limits& limits) {
  const auto [least, most] = std::minmax_element(limits.begin(), limits.end());
  if (*least == *most) return fmt::format("{} <= {}", what, *least);
  return fmt::format("{} <= limits from {} to {}, one for each", what, *least, *most);
}

}  // namespace

std::string format_states(const verify::Claim& claim) {
  if (claim.limits.empty()) return "every state";
  const std::string words = "states with " + box_words("|s_j|", claim.limits);
  if (claim.state_low.empty()) return words;
  return words + " in the box" + (claim.lean.empty() ? "" : " and the band") +
         " given here, which no sequence from zero states leaves,";
}

std::string format_inputs(const verify::Inputs& inputs) {
  if (inputs.columns.size() > 0) {
    const std::string hull = fmt::format("the convex hull of {} given vectors", inputs.columns.cols());
    return inputs.window == 1 ? "inputs in " + hull : fmt::format("windows of {} points in {}", inputs.window, hull);
  }
  if (inputs.low.size() == 0) return "every input";
  if (inputs.low == -inputs.high) return "inputs with " + box_words("|x_i|", inputs.high);
  return fmt::format("inputs in a box within {} and {}, coordinate by coordinate", inputs.low.minCoeff(),
                     inputs.high.maxCoeff());
}

std::string format_claim(const verify::Claim& claim) {
  std::string text = fmt::format("contracts by {} or less at every step in the norm {}, for {} and {}",
                                 format_rate_bound(claim.rate, BoundSide::upper), claim.norm, format_states(claim),
                                 format_inputs(claim.inputs));
  if (claim.context) {
    text += fmt::format("; from zero states, {} steps of context are enough for an error of {}", claim.context->steps,
                        claim.context->epsilon);
    if (claim.context->observed.outputs) text += " in the " + format_observed(claim.context->observed);
  }
  return text;
}

std::string format_refutation(const verify::Refutation& r) {
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

std::string format_observed(const verify::Observed& observed) {
  if (!observed.outputs) return "states";
  if (observed.head.size() == 0) return "outputs";
  return observed.head.rows() == 1 ? "output of a head" : fmt::format("{} outputs of a head", observed.head.rows());
}

std::string format_memory(const verify::Memory& memory) {
  return fmt::format(
      "needs at least {} steps of context for an error of {}: from zero states, two sequences of {} end in the same {} "
      "inputs and leave the {} more than {} apart",
      memory.steps + 1, memory.gap / 2.0, format_inputs(memory.inputs), memory.steps, format_observed(memory.observed),
      memory.gap);
}

std::string format_memory(const verify::Bistable& witness) {
  return fmt::format(
      "has no context that is enough for an error of {}: from zero states, two sequences of {} end in one input, "
      "repeated as often as one likes, and leave the {} more than {} apart",
      witness.gap / 2.0, format_inputs(witness.inputs), format_observed(witness.observed), witness.gap);
}

}  // namespace unrecur

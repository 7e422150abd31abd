#include "theory/verify/arb/parts.h"

namespace unrecur::verify {
namespace {

/// ‖·‖₂ ≤ c ‖·‖ on vectors of size n. Weights are positive.
Ball to_euclidean(const Claim& claim, std::size_t n) {
  if (claim.norm == "inf" || claim.norm == "weighted_inf") {
    Ball squares;
    for (std::size_t j = 0; j < n; ++j) squares += pow(weight(claim, static_cast<Index>(j)), 2);
    return sqrt(squares);
  }
  if (claim.weights.empty()) return {1.0};
  Ball least = weight(claim, 0);
  for (std::size_t j = 1; j < n; ++j) least = min(least, weight(claim, static_cast<Index>(j)));
  return Ball(1.0) / least;
}

/// max ‖s‖ over |s_j| ≤ box_j.
Ball radius(const Claim& claim, const std::vector<Ball>& box) {
  const bool two = claim.norm == "two" || claim.norm == "weighted_two";
  const bool one = claim.norm == "one" || claim.norm == "weighted_one";
  Ball result;
  for (std::size_t j = 0; j < box.size(); ++j) {
    const auto at = static_cast<Index>(j);
    if (one) result += weight(claim, at) * box[j];
    if (two) result += pow(weight(claim, at) * box[j], 2);
    if (!one && !two) result = max(result, box[j] / weight(claim, at));
  }
  return two ? sqrt(result) : result;
}

/// How far from zero the states of both runs can be, in the norm of the claim; nothing, and why, where that is not
/// proved.
std::optional<Ball> reach(const Layer& layer, const Claim& claim, std::string& reason) {
  if (!claim.context->radius) {
    if (claim.limits.empty()) reason = "a context needs limits of the states, or a radius";
    std::vector<Ball> box;
    for (const double limit : claim.limits) box.emplace_back(limit);
    return claim.limits.empty() ? std::nullopt : std::optional(radius(claim, box));
  }
  const std::vector<Ball> first = first_step_of_sloped(layer, claim);
  if (first.empty()) {
    reason = "nothing bounds the first step of this layer for these inputs";
    return std::nullopt;
  }
  const Ball claimed(*claim.context->radius);
  if (surely_at_most(radius(claim, first), (Ball(1.0) - Ball(claim.rate)) * claimed)) return claimed;
  reason = "the states are not proved to stay within the radius";
  return std::nullopt;
}

Finding prove_context(const Layer& layer, const Claim& claim) {
  if (claim.norm == "quadratic") return not_proved("a context needs a norm that is not quadratic");
  std::string reason;
  const auto far = reach(layer, claim, reason);
  if (!far) return not_proved(reason);
  // Both runs stay within reach and share k steps; one of them started them at zero.
  const Ball gap = pow(claim.rate, static_cast<unsigned long>(claim.context->steps)) * *far *
                   to_euclidean(claim, state_size(layer));
  if (surely_at_most(gap, claim.context->epsilon)) return {true, {}};
  return not_proved("the context is too short for its error");
}

/// In max |s_j|/v_j a rate is how far states that are v apart can be moved, over v.
Finding prove_max_norm(const Layer& layer, const Claim& claim) {
  const Changes changes = changes_of(layer, claim, {});
  if (!changes.reason.empty()) return not_proved(changes.reason);
  for (std::size_t j = 0; j < changes.of_state.size(); ++j) {
    if (!surely_at_most(changes.of_state[j], Ball(claim.rate) * weight(claim, static_cast<Index>(j)))) {
      return not_proved("row " + std::to_string(j) + " exceeds the rate");
    }
  }
  return {true, {}};
}

Finding prove_rate(const Layer& layer, const Claim& claim) {
  if (is_max_norm(claim)) return prove_max_norm(layer, claim);
  if (layer.kind == "elman" || layer.kind == "linear") return verify_sloped(layer, claim);
  if (layer.kind == "lstm") return verify_lstm(layer, claim);
  if (layer.kind == "gru") return verify_gru(layer, claim);
  return not_proved("no proof here for cells of kind " + layer.kind + " in " + claim.norm);
}

}  // namespace

Changes changes_of(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) {
  if (layer.kind == "elman" || layer.kind == "linear") return changes_of_sloped(layer, claim, inputs_apart);
  if (layer.kind == "lstm") return changes_of_lstm(layer, claim, inputs_apart);
  if (layer.kind == "gru") return changes_of_gru(layer, claim, inputs_apart);
  if (layer.kind == "stack") return changes_of_stack(layer, claim);
  return {{}, "no proof here for cells of kind " + layer.kind};
}

Finding prove(const Layer& layer, const Claim& claim) {
  Finding finding = prove_rate(layer, claim);
  return finding.proved && claim.context ? prove_context(layer, claim) : finding;
}

}  // namespace unrecur::verify

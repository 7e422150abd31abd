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

/// max ‖s‖ over the limits.
Ball radius(const Claim& claim) {
  const bool two = claim.norm == "two" || claim.norm == "weighted_two";
  const bool one = claim.norm == "one" || claim.norm == "weighted_one";
  Ball result;
  for (std::size_t j = 0; j < claim.limits.size(); ++j) {
    const auto at = static_cast<Index>(j);
    if (one) result += weight(claim, at) * limit(claim, at);
    if (two) result += pow(weight(claim, at) * limit(claim, at), 2);
    if (!one && !two) result = max(result, limit(claim, at) / weight(claim, at));
  }
  return two ? sqrt(result) : result;
}

Finding prove_context(const Claim& claim) {
  if (claim.norm == "quadratic" || claim.limits.empty()) return not_proved("a context needs limits of the states");
  // Both runs stay within the limits and share k steps; one of them started them at zero.
  const Ball gap = pow(claim.rate, static_cast<unsigned long>(claim.context->steps)) * radius(claim) *
                   to_euclidean(claim, claim.limits.size());
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
  return finding.proved && claim.context ? prove_context(claim) : finding;
}

}  // namespace unrecur::verify

#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/parts.h"

namespace unrecur::verify {
namespace {

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
  if (!claim.slope_low.empty() && !sloped_of(layer)) return not_proved("a layer of this kind has no slopes to claim");
  if (is_max_norm(claim)) return prove_max_norm(layer, claim);
  const KindProof* kind = find_kind_proof(layer.kind);
  if (!claim.state_low.empty() && !(kind != nullptr && kind->state_boxes)) {
    return not_proved("no proof here that cells of kind " + layer.kind + " keep a box of states within the limits");
  }
  if (kind != nullptr && kind->in_other_norms != nullptr) return kind->in_other_norms(layer, claim);
  return not_proved("no proof here for cells of kind " + layer.kind + " in " + claim.norm);
}

}  // namespace

BallMatrix metric_of(const Claim& claim, Index n) {
  BallMatrix p(n, n);
  for (Index k = 0; k < n; ++k) {
    for (Index j = 0; j < n; ++j) p(j, k) = claim.weights[static_cast<std::size_t>(j + n * k)];
  }
  return p;
}

Changes changes_of(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) {
  const KindProof* kind = find_kind_proof(layer.kind);
  if (kind != nullptr && kind->changes != nullptr) return kind->changes(layer, claim, inputs_apart);
  return {{}, "no proof here for cells of kind " + layer.kind};
}

Finding prove(const Layer& layer, const Claim& claim) {
  Finding finding = prove_rate(layer, claim);
  return finding.proved && claim.context ? prove_context(layer, claim) : finding;
}

}  // namespace unrecur::verify

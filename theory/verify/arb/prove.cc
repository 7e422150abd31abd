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

}  // namespace

Finding prove(const Layer& layer, const Claim& claim) {
  Finding finding = not_proved("no proof here for cells of kind " + layer.kind);
  if (layer.kind == "elman" || layer.kind == "linear") finding = verify_sloped(layer, claim);
  if (layer.kind == "lstm") finding = verify_lstm(layer, claim);
  if (layer.kind == "gru") finding = verify_gru(layer, claim);
  return finding.proved && claim.context ? prove_context(claim) : finding;
}

}  // namespace unrecur::verify

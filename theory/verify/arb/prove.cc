#include <Eigen/Eigenvalues>
#include <optional>

#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/parts.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

/// A number below the least eigenvalue of P, proved: P less so much of the identity is definite. A guess is tried with
/// less and less room for its error.
std::optional<Ball> below_least_eigenvalue(const Claim& claim, Index n) {
  const BallMatrix p = metric_of(claim, n);
  const Eigen::Map<const Matrix<double>> about(claim.weights.data(), n, n);
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> eigen(about, Eigen::EigenvaluesOnly);
  const double least = eigen.info() == Eigen::Success ? eigen.eigenvalues()(0) : 0.0;
  if (!(least > 0.0)) return std::nullopt;
  for (const double share : {1.0 - 1e-14, 1.0 - 1e-12, 1.0 - 1e-9, 1.0 - 1e-6, 1.0 - 1e-3, 0.5}) {
    const Ball bound(share * least);
    BallMatrix shifted = p;
    for (Index j = 0; j < n; ++j) shifted(j, j) = p(j, j) - bound;
    if (surely_definite(shifted)) return bound;
  }
  return std::nullopt;
}

/// ‖·‖₂ ≤ c ‖·‖ on vectors of size n; nothing where no c is proved. Weights are positive.
std::optional<Ball> to_euclidean(const Claim& claim, std::size_t n) {
  if (claim.norm == "quadratic") {
    const auto least = below_least_eigenvalue(claim, static_cast<Index>(n));
    return least ? std::optional(Ball(1.0) / sqrt(*least)) : std::nullopt;
  }
  if (claim.norm == "inf" || claim.norm == "weighted_inf") {
    Ball squares;
    for (std::size_t j = 0; j < n; ++j) squares += pow(weight(claim, static_cast<Index>(j)), 2);
    return sqrt(squares);
  }
  if (claim.weights.empty()) return Ball(1.0);
  Ball least = weight(claim, 0);
  for (std::size_t j = 1; j < n; ++j) least = min(least, weight(claim, static_cast<Index>(j)));
  return Ball(1.0) / least;
}

/// max ‖s‖ over |s_j| ≤ box_j.
Ball radius(const Claim& claim, const std::vector<Ball>& box) {
  if (claim.norm == "quadratic") {
    Ball square;
    for (std::size_t at = 0; at < claim.weights.size(); ++at) {
      square += abs(Ball(claim.weights[at])) * box[at % box.size()] * box[at / box.size()];
    }
    return sqrt(square);
  }
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
  std::string reason;
  const auto far = reach(layer, claim, reason);
  if (!far) return not_proved(reason);
  const std::optional<Ball> euclidean = to_euclidean(claim, state_size(layer));
  if (!euclidean) return not_proved("no bound of the Euclidean norm by the claim's own is proved");
  // Both runs stay within reach and share k steps; one of them started them at zero.
  const Ball gap = pow(claim.rate, static_cast<unsigned long>(claim.context->steps)) * *far * *euclidean;
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

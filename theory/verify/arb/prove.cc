#include <Eigen/Eigenvalues>
#include <optional>

#include "theory/verify/arb/kind_proof.h"

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

/// max ‖s‖ over the limits.
Ball radius(const Claim& claim) {
  const std::size_t n = claim.limits.size();
  if (claim.norm == "quadratic") {
    Ball square;
    for (std::size_t at = 0; at < n * n; ++at) {
      square += abs(Ball(claim.weights[at])) * Ball(claim.limits[at % n]) * Ball(claim.limits[at / n]);
    }
    return sqrt(square);
  }
  const bool two = claim.norm == "two" || claim.norm == "weighted_two";
  const bool one = claim.norm == "one" || claim.norm == "weighted_one";
  Ball result;
  for (std::size_t j = 0; j < n; ++j) {
    const auto at = static_cast<Index>(j);
    if (one) result += weight(claim, at) * limit(claim, at);
    if (two) result += pow(weight(claim, at) * limit(claim, at), 2);
    if (!one && !two) result = max(result, limit(claim, at) / weight(claim, at));
  }
  return two ? sqrt(result) : result;
}

Finding prove_context(const Claim& claim) {
  if (claim.limits.empty()) return not_proved("a context needs limits of the states");
  const std::optional<Ball> euclidean = to_euclidean(claim, claim.limits.size());
  if (!euclidean) return not_proved("no bound of the Euclidean norm by the claim's own is proved");
  // Both runs stay within the limits and share k steps; one of them started them at zero.
  const Ball gap = pow(claim.rate, static_cast<unsigned long>(claim.context->steps)) * radius(claim) * *euclidean;
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
  const KindProof* kind = find_kind_proof(layer.kind);
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
  return finding.proved && claim.context ? prove_context(claim) : finding;
}

}  // namespace unrecur::verify

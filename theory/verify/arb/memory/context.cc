// How many steps a rate makes enough: docs/theory.md, sections 4 and 18.
#include <Eigen/Eigenvalues>
#include <optional>

#include "theory/verify/arb/memory/observer.h"
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

/// ‖·‖₂ ≤ c ‖·‖ for norms of no maxima; nothing where no c is proved. Weights are positive.
std::optional<Ball> to_euclidean(const Claim& claim, std::size_t n) {
  if (claim.norm == "quadratic") {
    const auto least = below_least_eigenvalue(claim, static_cast<Index>(n));
    return least ? std::optional(Ball(1.0) / sqrt(*least)) : std::nullopt;
  }
  if (claim.weights.empty()) return Ball(1.0);
  Ball least = weight(claim, 0);
  for (std::size_t j = 1; j < n; ++j) least = min(least, weight(claim, static_cast<Index>(j)));
  return Ball(1.0) / least;
}

Ball two_norm(const Balls& v) {
  Ball squares;
  for (const Ball& entry : v) squares += pow(entry, 2);
  return sqrt(squares);
}

/// ‖C ·‖₂ ≤ c ‖·‖ for what is observed. States within 1 in a max-norm have entries within its weights, so that |C| of
/// these bounds what is observed of them.
std::optional<Ball> to_observed(const Claim& claim, std::size_t n, const Observer& observer) {
  if (is_max_norm(claim)) {
    Balls weights;
    for (std::size_t j = 0; j < n; ++j) weights.push_back(weight(claim, static_cast<Index>(j)));
    return two_norm(observer.reach(weights));
  }
  const auto euclidean = to_euclidean(claim, n);
  return euclidean ? std::optional(*euclidean * observer.norm()) : std::nullopt;
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

}  // namespace

Finding prove_context(const Layer& layer, const Claim& claim) {
  std::string reason;
  const auto observer = Observer::of(layer, claim.context->observed, reason);
  if (!observer) return not_proved(reason);
  const auto far = reach(layer, claim, reason);
  if (!far) return not_proved(reason);
  const std::optional<Ball> observed = to_observed(claim, state_size(layer), *observer);
  if (!observed) return not_proved("no bound of the Euclidean norm by the claim's own is proved");
  // Both runs stay within reach and share k steps; one of them started them at zero.
  const Ball gap = pow(claim.rate, static_cast<unsigned long>(claim.context->steps)) * *far * *observed;
  if (surely_at_most(gap, claim.context->epsilon)) return {true, {}};
  return not_proved("the context is too short for its error");
}

}  // namespace unrecur::verify

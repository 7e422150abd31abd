// How many steps a rate makes enough: docs/theory.md, sections 4 and 18.
#include <Eigen/Eigenvalues>
#include <optional>

#include "theory/verify/arb/memory/observer.h"
#include "theory/verify/arb/parts.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

Ball two_norm(const Balls& v) {
  Ball squares;
  for (const Ball& entry : v) squares += pow(entry, 2);
  return sqrt(squares);
}

/// c² P − CᵀC ≻ 0 with c² a little above the largest eigenvalue of that pair, a guess that is tried with more and more
/// room for its error.
std::optional<Ball> from_metric(const Claim& claim, const Matrix<double>& map) {
  const Index n = map.cols();
  const BallMatrix p = metric_of(claim, n), gram = product(map.transpose(), map);
  const Eigen::Map<const Matrix<double>> about(claim.weights.data(), n, n);
  const Eigen::GeneralizedSelfAdjointEigenSolver<Matrix<double>> eigen(map.transpose() * map, about,
                                                                       Eigen::EigenvaluesOnly | Eigen::Ax_lBx);
  const double guess = eigen.info() == Eigen::Success ? eigen.eigenvalues()(n - 1) : 0.0;
  if (!(guess > 0.0)) return std::nullopt;
  for (double room = 1e-14; room < 10.0; room *= 10.0) {
    const Ball square((1.0 + room) * guess);
    BallMatrix left(n, n);
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; i < n; ++i) left(i, j) = square * p(i, j) - gram(i, j);
    }
    if (surely_definite(left)) return sqrt(square);
  }
  return std::nullopt;
}

/// Σ v_j |s_j| ≤ 1 leaves at most one s_j = 1 / v_j, or what lies between such.
Ball from_sum(const Balls& weights, const Observer& observer) {
  Ball largest;
  if (observer.sees_states()) {
    for (const Ball& weight : weights) largest = max(largest, Ball(1.0) / weight);
    return largest;
  }
  const Matrix<double> map = observer.map(weights.size());
  for (std::size_t j = 0; j < weights.size(); ++j) {
    Balls column;
    for (Index i = 0; i < map.rows(); ++i) column.emplace_back(map(i, static_cast<Index>(j)));
    largest = max(largest, two_norm(column) / weights[j]);
  }
  return largest;
}

/// ‖C s‖₂ ≤ c ‖s‖ for what is observed; nothing where no c is proved.
std::optional<Ball> to_observed(const Claim& claim, std::size_t n, const Observer& observer) {
  if (claim.norm == "quadratic") return from_metric(claim, observer.map(n));
  Balls weights;
  for (std::size_t j = 0; j < n; ++j) weights.push_back(weight(claim, static_cast<Index>(j)));
  // States within 1 in a max-norm have entries within its weights, so that |C| of these bounds what is observed of
  // them.
  if (is_max_norm(claim)) return two_norm(observer.reach(weights));
  if (claim.norm == "one" || claim.norm == "weighted_one") return from_sum(weights, observer);
  for (Ball& d : weights) d = Ball(1.0) / pow(d, 2);
  return observer.gain(weights);
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

// Elman networks and linear systems: the Jacobian is (1 − α) I + α Σ W, Σ diagonal with entries in [low, high].
#include <algorithm>
#include <charconv>

#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

/// Σ_k |J_jk| v_k and what the input adds: convex in the slope of row j, so its two ends are enough.
Ball change(const Sloped& map, const Claim& claim, Index j, const std::vector<Ball>& inputs_apart) {
  Ball largest;
  for (const Ball* slope : {&map.low, &map.high}) {
    Ball sum = inputs_apart.empty() ? Ball() : map.alpha * *slope * row_sum(*map.u, j, inputs_apart);
    for (Index k = 0; k < map.n; ++k) sum += abs(map.entry(j, k, *slope)) * weight(claim, k);
    largest = max(largest, sum);
  }
  return largest;
}

/// Σ_j v_j |J_jk| ≤ λ v_k, where every row has a slope of its own.
bool column_holds(const Sloped& map, const Claim& claim, Index k) {
  Ball sum;
  for (Index j = 0; j < map.n; ++j) {
    sum += max(abs(map.entry(j, k, map.low)), abs(map.entry(j, k, map.high))) * weight(claim, j);
  }
  return surely_at_most(sum, Ball(claim.rate) * weight(claim, k));
}

/// D ((1 − α) I + α σ W) D⁻¹, or D W D⁻¹ without a slope.
BallMatrix scaled(const Sloped& map, const Claim& claim, const Ball* slope) {
  BallMatrix a(map.n, map.n);
  for (Index k = 0; k < map.n; ++k) {
    for (Index j = 0; j < map.n; ++j) {
      const Ball entry = slope != nullptr ? map.entry(j, k, *slope) : Ball((*map.w)(j, k));
      a(j, k) = weight(claim, j) * entry / weight(claim, k);
    }
  }
  return a;
}

/// About ‖D W D⁻¹‖₂: where to cut the rate in two.
double scaled_guess(const Sloped& map, const Claim& claim) {
  Matrix<double> a = *map.w;
  for (Index j = 0; j < map.n && !claim.weights.empty(); ++j) {
    a.row(j) *= claim.weights[static_cast<std::size_t>(j)];
    a.col(j) /= claim.weights[static_cast<std::size_t>(j)];
  }
  return guess_of_norm(a);
}

/// With the middle c and half the width r of the slopes: ‖(1 − α) I + α Σ W‖ ≤ ‖(1 − α) I + α c W‖ + α r ‖W‖, since D
/// commutes with Σ.
bool two_norm_holds(const Sloped& map, const Claim& claim) {
  const Ball rate(claim.rate);
  if (map.constant) return norm_surely_below(scaled(map, claim, &map.high), rate);
  if (map.alpha_is_one && map.zero_included) return norm_surely_below(scaled(map, claim, nullptr), rate / map.high);
  const Ball half(0.5);
  const Ball middle = half * (map.low + map.high);
  const Ball radius = half * (map.high - map.low);
  const Ball recurrent(scaled_guess(map, claim));
  return norm_surely_below(scaled(map, claim, nullptr), recurrent) &&
         norm_surely_below(scaled(map, claim, &middle), rate - map.alpha * radius * recurrent);
}

bool metric_holds(const Sloped& map, const Claim& claim) {
  BallMatrix jacobian(map.n, map.n);
  for (Index k = 0; k < map.n; ++k) {
    for (Index j = 0; j < map.n; ++j) jacobian(j, k) = map.entry(j, k, map.high);
  }
  return metric_norm_surely_below(jacobian, metric_of(claim, map.n), claim.rate);
}

/// 2ab (WᵀΛW)_jk
Ball pull_of_both_ends(const Sloped& map, const Claim& claim, Index j, Index k) {
  Ball sum;
  for (Index i = 0; i < map.n; ++i) {
    sum += Ball((*map.w)(i, j)) * claim.multipliers[static_cast<std::size_t>(i)] * (*map.w)(i, k);
  }
  return Ball(2.0) * map.low * map.high * sum;
}

/// The form λ² eᵀPe − s'ᵀPs' − 2 Σ Λ_i (w_i − a (We)_i)(b (We)_i − w_i) in (e, w), where s' = (1 − α) e + α w: positive
/// means that every w with slopes in [a, b] has ‖s'‖_P < λ ‖e‖_P.
BallMatrix contraction_form(const Sloped& map, const Claim& claim, const BallMatrix& p) {
  const Index n = map.n;
  const Ball rate(claim.rate);
  const Ball stay = Ball(1.0) - map.alpha;
  BallMatrix form(2 * n, 2 * n);
  for (Index k = 0; k < n; ++k) {
    for (Index j = 0; j < n; ++j) {
      const Ball multiplier(claim.multipliers[static_cast<std::size_t>(j)]);
      form(j, k) = (rate * rate - stay * stay) * p(j, k);
      if (!map.zero_included) form(j, k) += pull_of_both_ends(map, claim, j, k);
      form(n + j, k) = -(map.alpha * stay * p(j, k)) - (map.low + map.high) * multiplier * (*map.w)(j, k);
      form(k, n + j) = form(n + j, k);
      form(n + j, n + k) = -(map.alpha * map.alpha * p(j, k));
      if (j == k) form(n + j, n + j) += Ball(2.0) * multiplier;
    }
  }
  return form;
}

bool multipliers_hold(const Sloped& map, const Claim& claim) {
  const BallMatrix p = metric_of(claim, map.n);
  return surely_definite(p) && surely_definite(contraction_form(map, claim, p));
}

/// Why the map is none that is proved here, or the claim's limits are not known to hold; empty where all is well.
std::string obstacle(const std::optional<Sloped>& map, const Claim& claim) {
  if (!map) return "the cell is not one with bounded slopes that is known here";
  if (!map->leak_makes_sense()) return "the leak does not lie in (0, 1]";
  for (const double limit : claim.limits) {
    if (!map->within_one || limit < 1.0) return "the limits of the states are not known to hold";
  }
  return {};
}

}  // namespace

std::optional<Sloped> read_sloped(const Layer& layer, const std::string& name, const std::string& leak) {
  const Matrix<double>* w = find_parameter(*layer.weights, "weight_hh_l0");
  if (w == nullptr || w->rows() != w->cols() || w->rows() == 0) return std::nullopt;
  double low = 0.0, high = 1.0;
  if (name == "identity") low = 1.0;
  if (name == "sigmoid") high = 0.25;
  if (name != "identity" && name != "sigmoid" && name != "tanh" && name != "relu") return std::nullopt;
  double alpha = 0.0;
  const auto [end, error] = std::from_chars(leak.data(), leak.data() + leak.size(), alpha);
  if (error != std::errc() || end != leak.data() + leak.size()) return std::nullopt;
  return Sloped{.activation = name,
                .w = w,
                .u = find_parameter(*layer.weights, "weight_ih_l0"),
                .bias = find_parameter(*layer.weights, "bias_ih_l0"),
                .recurrent_bias = find_parameter(*layer.weights, "bias_hh_l0"),
                .low = low,
                .high = high,
                .alpha = alpha,
                .constant = low == high,
                .zero_included = low == 0.0,
                .alpha_is_one = alpha == 1.0,
                .within_one = name == "tanh" || name == "sigmoid",
                .n = w->rows()};
}

std::optional<Sloped> sloped_of(const Layer& layer) {
  const KindProof* kind = find_kind_proof(layer.kind);
  return kind != nullptr && kind->sloped != nullptr ? kind->sloped(layer) : std::nullopt;
}

Changes changes_of_sloped(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) {
  const auto map = sloped_of(layer);
  std::string reason = obstacle(map, claim);
  if (!reason.empty()) return {{}, std::move(reason)};
  const bool fits = inputs_apart.empty() ||
                    (map->u != nullptr && map->u->rows() == map->n && map->u->cols() == std::ssize(inputs_apart));
  if (!fits) return {{}, "the input weights have another shape"};
  Changes changes;
  for (Index j = 0; j < map->n; ++j) changes.of_state.push_back(change(*map, claim, j, inputs_apart));
  return changes;
}

Finding verify_sloped(const Layer& layer, const Claim& claim) {
  const auto map = sloped_of(layer);
  std::string reason = obstacle(map, claim);
  if (!reason.empty()) return not_proved(std::move(reason));
  if (claim.norm == "one" || claim.norm == "weighted_one") {
    for (Index k = 0; k < map->n; ++k) {
      if (!column_holds(*map, claim, k)) return not_proved("column " + std::to_string(k) + " exceeds the rate");
    }
    return {true, {}};
  }
  if (claim.norm == "two" || claim.norm == "weighted_two") {
    return two_norm_holds(*map, claim) ? Finding{true, {}} : not_proved("the spectral norm is not below the rate");
  }
  if (!map->constant && claim.multipliers.empty()) {
    return not_proved("a quadratic norm needs multipliers where the slopes vary");
  }
  const bool holds = map->constant ? metric_holds(*map, claim) : multipliers_hold(*map, claim);
  return holds ? Finding{true, {}} : not_proved("the map does not contract in the metric");
}

}  // namespace unrecur::verify

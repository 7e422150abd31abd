// Elman networks and linear systems: the Jacobian is (1 − α) I + α Σ W, Σ diagonal with entries in [low_j, high_j].
#include <algorithm>
#include <charconv>
#include <utility>

#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

std::size_t place(Index j) {
  return static_cast<std::size_t>(j);
}

/// The range of U x + b, biases included, over the inputs; empty where these have no bound or do not fit.
std::vector<Range> drives_of(const Sloped& map, const Inputs& inputs) {
  if (map.u == nullptr || map.u->rows() != map.n) return {};
  for (const Matrix<double>* bias : {map.bias, map.recurrent_bias}) {
    if (bias != nullptr && (bias->rows() != map.n || bias->cols() != 1)) return {};
  }
  std::vector<Range> drives = input_ranges(*map.u, inputs);
  for (std::size_t j = 0; j < drives.size(); ++j) {
    Ball shift;
    for (const Matrix<double>* bias : {map.bias, map.recurrent_bias}) {
      if (bias != nullptr) shift += (*bias)(static_cast<Index>(j), 0);
    }
    drives[j] = {drives[j].low + shift, drives[j].high + shift};
  }
  return drives;
}

/// Σ_k |J_jk| v_k and what the input adds: convex in the slope of row j, so its two ends are enough.
Ball change(const Sloped& map, const Claim& claim, Index j, const std::vector<Ball>& inputs_apart) {
  Ball largest;
  for (const Ball* slope : {&map.low[place(j)], &map.high[place(j)]}) {
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
    sum += max(abs(map.entry(j, k, map.low[place(j)])), abs(map.entry(j, k, map.high[place(j)]))) * weight(claim, j);
  }
  return surely_at_most(sum, Ball(claim.rate) * weight(claim, k));
}

/// D ((1 − α) I + α Σ W) D⁻¹ for these slopes, or without the diagonal D Σ W D⁻¹.
BallMatrix scaled(const Sloped& map, const Claim& claim, const std::vector<Ball>& slopes, bool with_diagonal) {
  BallMatrix a(map.n, map.n);
  for (Index k = 0; k < map.n; ++k) {
    for (Index j = 0; j < map.n; ++j) {
      const Ball entry = with_diagonal ? map.entry(j, k, slopes[place(j)]) : slopes[place(j)] * (*map.w)(j, k);
      a(j, k) = weight(claim, j) * entry / weight(claim, k);
    }
  }
  return a;
}

/// About ‖D Σ W D⁻¹‖₂: where to cut the rate in two.
double scaled_guess(const Sloped& map, const Claim& claim, const std::vector<Ball>& slopes) {
  Matrix<double> a = *map.w;
  for (Index j = 0; j < map.n; ++j) {
    a.row(j) *= slopes[place(j)].about();
    if (claim.weights.empty()) continue;
    a.row(j) *= claim.weights[place(j)];
    a.col(j) /= claim.weights[place(j)];
  }
  return guess_of_norm(a);
}

/// D commutes with Σ. Where no slope is below zero and α = 1, Σ W = Σ' diag(high) W with slopes Σ' in [0, 1]. Else with
/// the middles c and half the widths r of the slopes ‖(1 − α) I + α Σ W‖ ≤ ‖(1 − α) I + α diag(c) W‖ + α ‖diag(r) W‖,
/// since Σ − diag(c) = Σ' diag(r) with slopes Σ' in [−1, 1].
bool two_norm_holds(const Sloped& map, const Claim& claim) {
  const Ball rate(claim.rate);
  if (map.constant) return norm_surely_at_most(scaled(map, claim, map.high, true), rate);
  const bool nonnegative =
      std::all_of(map.low.begin(), map.low.end(), [](const Ball& low) { return surely_at_most(0.0, low); });
  if (map.alpha_is_one && nonnegative) return norm_surely_at_most(scaled(map, claim, map.high, false), rate);
  const Ball half(0.5);
  std::vector<Ball> middle, radius;
  for (Index j = 0; j < map.n; ++j) {
    middle.push_back(half * (map.low[place(j)] + map.high[place(j)]));
    radius.push_back(half * (map.high[place(j)] - map.low[place(j)]));
  }
  const Ball spread(scaled_guess(map, claim, radius));
  return norm_surely_at_most(scaled(map, claim, radius, false), spread) &&
         norm_surely_at_most(scaled(map, claim, middle, true), rate - map.alpha * spread);
}

bool metric_holds(const Sloped& map, const Claim& claim) {
  BallMatrix jacobian(map.n, map.n);
  for (Index k = 0; k < map.n; ++k) {
    for (Index j = 0; j < map.n; ++j) jacobian(j, k) = map.entry(j, k, map.high[place(j)]);
  }
  return metric_norm_surely_below(jacobian, metric_of(claim, map.n), claim.rate);
}

/// 2 (Wᵀ diag(a b) Λ W)_jk
Ball pull_of_both_ends(const Sloped& map, const Claim& claim, Index j, Index k) {
  Ball sum;
  for (Index i = 0; i < map.n; ++i) {
    sum += map.low[place(i)] * map.high[place(i)] * Ball((*map.w)(i, j)) * claim.multipliers[place(i)] * (*map.w)(i, k);
  }
  return Ball(2.0) * sum;
}

/// The form λ² eᵀPe − s'ᵀPs' − 2 Σ Λ_i (w_i − a_i (We)_i)(b_i (We)_i − w_i) in (e, w), where s' = (1 − α) e + α w:
/// positive means that every w with slopes in [a_i, b_i] has ‖s'‖_P < λ ‖e‖_P.
BallMatrix contraction_form(const Sloped& map, const Claim& claim, const BallMatrix& p) {
  const Index n = map.n;
  const Ball rate(claim.rate);
  const Ball stay = Ball(1.0) - map.alpha;
  const bool from_zero = std::all_of(map.low.begin(), map.low.end(), [](const Ball& low) { return low.is_zero(); });
  BallMatrix form(2 * n, 2 * n);
  for (Index k = 0; k < n; ++k) {
    for (Index j = 0; j < n; ++j) {
      const Ball multiplier(claim.multipliers[place(j)]);
      form(j, k) = (rate * rate - stay * stay) * p(j, k);
      if (!from_zero) form(j, k) += pull_of_both_ends(map, claim, j, k);
      form(n + j, k) =
          -(map.alpha * stay * p(j, k)) - (map.low[place(j)] + map.high[place(j)]) * multiplier * (*map.w)(j, k);
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

/// Where the preactivations lie within the claim's limits, for its inputs; empty where these have no bound or do not
/// fit.
std::vector<Range> preactivations(const Sloped& map, const Claim& claim) {
  const Inputs& inputs = claim.inputs;
  if (claim.limits.empty() || (inputs.columns.size() == 0 && inputs.low.size() == 0)) return {};
  std::vector<Range> ranges = drives_of(map, inputs);
  std::vector<Ball> limits;
  for (const double limit : claim.limits) limits.emplace_back(limit);
  for (std::size_t j = 0; j < ranges.size(); ++j) {
    ranges[j] = widened(ranges[j], row_sum(*map.w, static_cast<Index>(j), limits));
  }
  return ranges;
}

/// s' lies between s and a value of ρ: limits that bound the values are kept, and so is 1 by functions within it.
std::string limits_failure(const Sloped& map, const Claim& claim, const std::vector<Range>& ranges) {
  for (std::size_t j = 0; j < claim.limits.size(); ++j) {
    const bool by_values = map.activation.within_one() && claim.limits[j] >= 1.0;
    const bool kept =
        by_values || (!ranges.empty() && surely_at_most(map.activation.largest(ranges[j]), claim.limits[j]));
    if (!kept) return "unit " + std::to_string(j) + ": the limit of the state is not known to hold";
  }
  return {};
}

/// Takes the claim's slopes for the map's own, which must lie between them on the limits.
std::string narrow_slopes(Sloped& map, const Claim& claim, const std::vector<Range>& ranges) {
  if (claim.slope_low.empty()) return {};
  if (ranges.empty()) return "slopes on limits of the states need inputs with bounds that fit the layer";
  for (std::size_t j = 0; j < ranges.size(); ++j) {
    const Ball low(claim.slope_low[j]), high(claim.slope_high[j]);
    const bool above = surely_at_most(low, map.low[j]) || surely_at_most(low, map.activation.smallest_slope(ranges[j]));
    const bool below =
        surely_at_most(map.high[j], high) || surely_at_most(map.activation.largest_slope(ranges[j]), high);
    if (!above || !below)
      return "unit " + std::to_string(j) + ": its slopes are not proved to lie between those claimed";
    map.low[j] = low;
    map.high[j] = high;
  }
  map.constant = false;
  return {};
}

/// The map on the claim's domain; without a value, why it is none that is proved here, or why limits or slopes are not
/// known to hold.
std::pair<std::optional<Sloped>, std::string> read_sloped_for(const Layer& layer, const Claim& claim) {
  std::optional<Sloped> map = sloped_of(layer);
  if (!map) return {std::nullopt, "the cell is not one with bounded slopes that is known here"};
  if (!map->leak_makes_sense()) return {std::nullopt, "the leak does not lie in (0, 1]"};
  if (!claim.limits.empty() && std::ssize(claim.limits) != map->n) return {std::nullopt, "the limits do not fit"};
  const std::vector<Range> ranges = preactivations(*map, claim);
  std::string failure = limits_failure(*map, claim, ranges);
  if (failure.empty()) failure = narrow_slopes(*map, claim, ranges);
  if (!failure.empty()) return {std::nullopt, std::move(failure)};
  return {std::move(map), {}};
}

}  // namespace

std::optional<Sloped> read_sloped(const Layer& layer, const std::optional<Function>& activation,
                                  const std::string& leak) {
  const Matrix<double>* w = find_parameter(*layer.weights, "weight_hh_l0");
  if (!activation || w == nullptr || w->rows() != w->cols() || w->rows() == 0) return std::nullopt;
  double alpha = 0.0;
  const auto [end, error] = std::from_chars(leak.data(), leak.data() + leak.size(), alpha);
  if (error != std::errc() || end != leak.data() + leak.size()) return std::nullopt;
  const Ball low = activation->least_slope(), high = activation->greatest_slope();
  return Sloped{.activation = *activation,
                .w = w,
                .u = find_parameter(*layer.weights, "weight_ih_l0"),
                .bias = find_parameter(*layer.weights, "bias_ih_l0"),
                .recurrent_bias = find_parameter(*layer.weights, "bias_hh_l0"),
                .low = std::vector<Ball>(place(w->rows()), low),
                .high = std::vector<Ball>(place(w->rows()), high),
                .alpha = alpha,
                .constant = surely_at_most(high, low),
                .alpha_is_one = alpha == 1.0,
                .n = w->rows()};
}

std::optional<Sloped> sloped_of(const Layer& layer) {
  const KindProof* kind = find_kind_proof(layer.kind);
  return kind != nullptr && kind->sloped != nullptr ? kind->sloped(layer) : std::nullopt;
}

Changes changes_of_sloped(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) {
  const auto [map, reason] = read_sloped_for(layer, claim);
  if (!map) return {{}, reason};
  const bool fits = inputs_apart.empty() ||
                    (map->u != nullptr && map->u->rows() == map->n && map->u->cols() == std::ssize(inputs_apart));
  if (!fits) return {{}, "the input weights have another shape"};
  Changes changes;
  for (Index j = 0; j < map->n; ++j) changes.of_state.push_back(change(*map, claim, j, inputs_apart));
  return changes;
}

Finding verify_sloped(const Layer& layer, const Claim& claim) {
  const auto [map, reason] = read_sloped_for(layer, claim);
  if (!map) return not_proved(reason);
  if (claim.norm == "one" || claim.norm == "weighted_one") {
    for (Index k = 0; k < map->n; ++k) {
      if (!column_holds(*map, claim, k)) return not_proved("column " + std::to_string(k) + " exceeds the rate");
    }
    return {true, {}};
  }
  if (claim.norm == "two" || claim.norm == "weighted_two") {
    return two_norm_holds(*map, claim) ? Finding{true, {}}
                                       : not_proved("the spectral norm is not proved to be at most the rate");
  }
  if (!map->constant && claim.multipliers.empty()) {
    return not_proved("a quadratic norm needs multipliers where the slopes vary");
  }
  const bool holds = map->constant ? metric_holds(*map, claim) : multipliers_hold(*map, claim);
  return holds ? Finding{true, {}} : not_proved("the map does not contract in the metric");
}

std::vector<Ball> first_step_of_sloped(const Layer& layer, const Claim& claim) {
  const auto map = sloped_of(layer);
  if (!map || !map->leak_makes_sense()) return {};
  std::vector<Ball> first;
  for (const Range& drive : drives_of(*map, claim.inputs)) {
    // |ρ(a)| ≤ |ρ(0)| + max|σ| |a|
    Ball value = map->activation.greatest_slope() * max(abs(drive.low), abs(drive.high));
    value += map->activation.size_at_zero();
    if (map->activation.within_one()) value = min(value, Ball(1.0));
    first.push_back(map->alpha * value);
  }
  return first;
}

}  // namespace unrecur::verify

#include "theory/truncation/truncated_training.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "base/errors.h"
#include "base/expected.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/scalar_functions.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/slope/slope_map.h"

namespace unrecur {
namespace {

/// sup |tanh''| = 4/(3√3), at tanh² = 1/3; rounded upwards.
constexpr double kTanhCurvature = 0.769800358919502;

/// Zero where a factor is, whatever the others: an infinite constant bounds what is finite for every number of steps.
double product(std::initializer_list<double> factors) {
  double p = 1.0;
  for (const double f : factors) {
    if (f == 0.0) return 0.0;
    p = multiply_up(p, f);
  }
  return p;
}

double sum(std::initializer_list<double> terms) {
  double s = 0.0;
  for (const double t : terms) s = add_up(s, t);
  return s;
}

UpperBound proved(double value) {
  return {value, Rigour::proved};
}

double real(Index k) {
  return static_cast<double>(k);
}

void require_order(Index k) {
  if (k < 1) throw UsageError(expected_but_found("a truncation order of at least 1", k));
}

double largest_row(const Matrix<double>& w) {
  double largest = 0.0;
  for (Index j = 0; j < w.rows(); ++j) largest = std::max(largest, frobenius_norm_upper(w.row(j)));
  return largest;
}

}  // namespace

std::optional<RecurrenceSet> recurrence_set(const Cell<double>& cell) {
  const auto map = slope_map(cell);
  if (!map || map->leak != 1.0 || map->largest_slope() != 1.0) return std::nullopt;
  const Attributes attributes = cell.attributes();
  const auto activation = attributes.find("activation");
  if (activation != attributes.end() && activation->second == "relu") return std::nullopt;
  RecurrenceSet set;
  set.size = map->size();
  set.rate = spectral_norm_upper(map->w);
  set.row = largest_row(map->w);
  set.input_gain = spectral_norm_upper(*find_parameter(cell.parameters(), "weight_ih_l0"));
  const Matrix<double>* b = find_parameter(cell.parameters(), "bias_ih_l0");
  set.bias = b != nullptr;
  set.offset = set.bias ? frobenius_norm_upper(*b) : 0.0;
  set.bounded = !map->constant();
  set.curvature = set.bounded ? kTanhCurvature : 0.0;
  return set;
}

RecurrenceSet recurrence_ball(const RecurrenceSet& kind, double rate, double input_gain, double offset) {
  RecurrenceSet set = kind;
  set.rate = set.row = rate;
  set.input_gain = input_gain;
  set.offset = offset;
  return set;
}

StateLoss squared_loss(const Matrix<double>& v, double residual, double state_bound) {
  const double norm = spectral_norm_upper(v);
  return {multiply_up(norm, add_up(multiply_up(norm, state_bound), residual)), multiply_up(norm, norm), norm};
}

double GradientGap::total() const {
  return sum({dropped, jacobians, weights, loss});
}

double TruncationConstants::state_bound(const RecurrenceSet& set, double input_bound) {
  const double push = add_up(multiply_up(set.input_gain, input_bound), set.offset);
  const double driven = set.rate < 1.0 ? divide_up(push, subtract_down(1.0, set.rate)) : kInfinity;
  return set.bounded ? std::min(driven, sqrt_up(real(set.size))) : driven;
}

TruncationConstants::TruncationConstants(const RecurrenceSet& set, const StateLoss& loss, double input_bound) {
  for (const double number : {set.rate, set.row, set.input_gain, set.offset, set.curvature, loss.slope, loss.curvature,
                              loss.readout, input_bound}) {
    if (!(number >= 0.0)) throw UsageError("the constants of truncated training are made of numbers ≥ 0");
  }
  lambda = proved(set.rate);
  l_x = proved(set.input_gain);
  b_x = proved(input_bound);
  b_h = proved(state_bound(set, input_bound));
  geometric_ = set.rate < 1.0 ? divide_up(1.0, subtract_down(1.0, set.rate)) : kInfinity;
  const double squares = sum({multiply_up(b_h.value, b_h.value), multiply_up(input_bound, input_bound)});
  const double reach = sqrt_up(set.bias ? add_up(squares, 1.0) : squares);
  const double row = std::min(set.row, set.rate);
  l_w = proved(reach);
  beta_hh = proved(product({set.curvature, set.rate, row}));
  beta_wh = proved(add_up(1.0, product({set.curvature, row, reach})));
  beta_hw = proved(add_up(1.0, product({set.curvature, set.rate, reach})));
  beta_ww = proved(product({set.curvature, reach, reach}));
  l_p = proved(loss.slope);
  beta_p = proved(loss.curvature);
  l_f = proved(loss.readout);
  path_ = multiply_up(reach, geometric_);
}

UpperBound TruncationConstants::state_gap(Index k) const {
  return proved(product({power_up(lambda.value, k), b_h.value}));
}

GradientGap TruncationConstants::gradient_gap(Index k) const {
  require_order(k);
  const double now = power_up(lambda.value, k), before = power_up(lambda.value, k - 1);
  return {product({l_p.value, path_, now}), product({real(k - 1), before, l_p.value, path_, beta_hh.value, b_h.value}),
          product({real(k), before, l_p.value, beta_wh.value, b_h.value}),
          product({beta_p.value, path_, b_h.value, now})};
}

UpperBound TruncationConstants::gamma() const {
  // kλ^k is at least each power of λ that the parts have, but for the one λ that is divided out. β_hh has a factor λ.
  const double jacobians = product({l_p.value, path_, beta_hh.value, b_h.value});
  const double weights = product({l_p.value, beta_wh.value, b_h.value});
  const double rest = sum({product({l_p.value, path_}), product({beta_p.value, path_, b_h.value})});
  const double divided = add_up(jacobians, weights);
  return proved(divided == 0.0 ? rest : add_up(rest, divide_up(divided, lambda.value)));
}

UpperBound TruncationConstants::lemma1(Index k) const {
  require_order(k);
  return proved(product({gamma().value, real(k), power_up(lambda.value, k)}));
}

UpperBound TruncationConstants::smoothness() const {
  const double loss = product({beta_p.value, path_, path_});
  const double jacobians =
      product({l_p.value, path_, geometric_, add_up(product({beta_hh.value, path_}), beta_hw.value)});
  const double weights = product({l_p.value, geometric_, add_up(multiply_up(beta_wh.value, path_), beta_ww.value)});
  return proved(sum({loss, jacobians, weights}));
}

UpperBound TruncationConstants::proposition4(Index k, double alpha, Index steps) const {
  if (!(alpha >= 0.0) || steps < 0) throw UsageError("a rate is not negative, nor is a number of steps");
  if (steps == 0) return proved(0.0);
  const double exponent = add_up(multiply_up(alpha, smoothness().value), 1.0);
  return proved(product({alpha, lemma1(k).value, widen_up(std::pow(real(steps), exponent))}));
}

UpperBound TruncationConstants::weight_gap(Index k, double alpha, Index steps) const {
  if (!(alpha >= 0.0) || steps < 0) throw UsageError("a rate is not negative, nor is a number of steps");
  // δ ← (1 + αβ/s) δ + αG/s, from δ = 0: the recursion whose solution the header states, without the cancellation.
  const double gap = gradient_gap(k).total(), growth = multiply_up(alpha, smoothness().value);
  double delta = 0.0;
  for (Index s = 1; s <= steps && delta < kInfinity; ++s) {
    const double rate = divide_up(alpha, real(s));
    delta = sum({delta, product({divide_up(growth, real(s)), delta}), product({rate, gap})});
  }
  return proved(delta);
}

UpperBound TruncationConstants::prediction_gap(Index k, double alpha, Index steps) const {
  const double moved = product({path_, weight_gap(k, alpha, steps).value});
  return proved(product({l_f.value, add_up(moved, state_gap(k).value)}));
}

}  // namespace unrecur

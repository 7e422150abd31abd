#include "theory/arithmetic/activation_bounds.h"

#include <algorithm>

#include "theory/arithmetic/interval_arithmetic.h"

namespace unrecur {
namespace {

double exp_up(double x) {
  return widen_up(std::max(std::exp(x), kUnderflow));
}
double exp_down(double x) {
  // Where eˣ underflows, its relative error is not bounded.
  const double e = std::exp(x);
  return e > kUnderflow ? widen_down(e) : 0.0;
}

/// α a + β before it is cut off.
Interval line_over(const ActivationFunction& f, const Interval& a) {
  return {add_down(multiply_down(f.slope, a.low), f.at_zero), add_up(multiply_up(f.slope, a.high), f.at_zero)};
}

Interval hard_sigmoid_over(const ActivationFunction& f, const Interval& a) {
  const Interval line = line_over(f, a);
  return {std::clamp(line.low, 0.0, 1.0), std::clamp(line.high, 0.0, 1.0)};
}

Interval hard_sigmoid_slopes(const ActivationFunction& f, const Interval& a) {
  const Interval line = line_over(f, a);
  const bool rises = line.high >= 0.0 && line.low <= 1.0;  // somewhere, perhaps
  const bool inside = line.low > 0.0 && line.high < 1.0;   // everywhere
  // Written so that NaN gives both.
  return {inside ? f.slope : 0.0, rises || !(line.high < 0.0 || line.low > 1.0) ? f.slope : 0.0};
}

double softsign_up(double x) {
  if (std::isinf(x)) return x > 0.0 ? 1.0 : -1.0;
  return std::clamp(x >= 0.0 ? divide_up(x, add_down(1.0, x)) : divide_up(x, add_up(1.0, -x)), -1.0, 1.0);
}

double softsign_slope_up(double size) {
  const double scale = add_down(1.0, size);
  return std::min(1.0, divide_up(1.0, multiply_down(scale, scale)));
}
double softsign_slope_down(double size) {
  const double scale = add_up(1.0, size);
  return std::max(0.0, divide_down(1.0, multiply_up(scale, scale)));
}

double elu_up(double alpha, double x) {
  return x > 0.0 ? x : std::min(0.0, multiply_up(alpha, subtract_up(exp_up(x), 1.0)));
}
double elu_down(double alpha, double x) {
  return x > 0.0 ? x : std::max(-alpha, multiply_down(alpha, subtract_down(exp_down(x), 1.0)));
}

/// Slopes between those of the branch below zero and 1 above; `below` holds those of a ≤ 0.
Interval two_branches(const Interval& a, const Interval& below) {
  if (a.low > 0.0) return exactly(1.0);
  if (a.high < 0.0) return below;
  return {std::min(1.0, below.low), std::max(1.0, below.high)};
}

Interval elu_slopes(double alpha, const Interval& a) {
  const double high = std::min(a.high, 0.0);
  return two_branches(a, {std::max(0.0, multiply_down(alpha, exp_down(std::min(a.low, 0.0)))),
                          std::min(alpha, multiply_up(alpha, exp_up(high)))});
}

}  // namespace

Interval value_over(const ActivationFunction& f, const Interval& a) {
  switch (f.kind) {
    case Activation::tanh:
      return tanh_over(a);
    case Activation::sigmoid:
      return sigmoid_over(a);
    case Activation::relu:
      return {std::max(0.0, a.low), std::max(0.0, a.high)};
    case Activation::identity:
      return a;
    case Activation::hard_sigmoid:
      return hard_sigmoid_over(f, a);
    case Activation::softsign:
      return {-softsign_up(-a.low), softsign_up(a.high)};
    case Activation::leaky_relu:
      return {a.low > 0.0 ? a.low : multiply_down(f.slope, a.low),
              a.high > 0.0 ? a.high : multiply_up(f.slope, a.high)};
    case Activation::elu:
      return {elu_down(f.slope, a.low), elu_up(f.slope, a.high)};
  }
  return {-kInfinity, kInfinity};
}

Interval slope_over(const ActivationFunction& f, const Interval& a) {
  switch (f.kind) {
    case Activation::tanh:
      return tanh_slope_over(a);
    case Activation::sigmoid:
      return sigmoid_slope_over(a);
    case Activation::relu:
      return two_branches(a, exactly(0.0));
    case Activation::identity:
      return exactly(1.0);
    case Activation::hard_sigmoid:
      return hard_sigmoid_slopes(f, a);
    case Activation::softsign:
      return {softsign_slope_down(a.magnitude()), softsign_slope_up(a.mignitude())};
    case Activation::leaky_relu:
      return two_branches(a, exactly(f.slope));
    case Activation::elu:
      return elu_slopes(f.slope, a);
  }
  return {0.0, kInfinity};
}

double magnitude_up(const ActivationFunction& f, const Interval& a) {
  if (f.kind == Activation::tanh) return tanh_magnitude_up(a);
  return value_over(f, a).magnitude();
}

double slope_up(const ActivationFunction& f, const Interval& a) {
  if (f.kind == Activation::tanh) return tanh_slope_up(a);
  if (f.kind == Activation::sigmoid) return sigmoid_slope_up(a);
  return slope_over(f, a).high;
}

Interval slopes_of(const ActivationFunction& f) {
  switch (f.kind) {
    case Activation::sigmoid:
      return {0.0, 0.25};
    case Activation::identity:
      return exactly(1.0);
    case Activation::hard_sigmoid:
      return {0.0, f.slope};
    case Activation::leaky_relu:
      return {std::min(1.0, f.slope), std::max(1.0, f.slope)};
    case Activation::elu:
      return {0.0, std::max(1.0, f.slope)};
    case Activation::tanh:
    case Activation::relu:
    case Activation::softsign:
      break;
  }
  return {0.0, 1.0};
}

std::optional<double> bound_of(const ActivationFunction& f) {
  const bool bounded = f.is_gate() || f.kind == Activation::tanh || f.kind == Activation::softsign;
  return bounded ? std::optional(1.0) : std::nullopt;
}

double magnitude_at_zero(const ActivationFunction& f) {
  if (f.kind == Activation::sigmoid) return 0.5;
  return f.kind == Activation::hard_sigmoid ? std::clamp(f.at_zero, 0.0, 1.0) : 0.0;
}

}  // namespace unrecur

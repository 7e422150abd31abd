#include "theory/gated/coupled_gate.h"

#include <algorithm>
#include <cmath>

#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

double tanh_slope_at(double t) {
  return 1.0 - t * t;
}

/// The t that is worst for a g, in floating point: of a concave quadratic.
double worst_magnitude(const GateProduct& p, double g) {
  const double rise = (1.0 - g) * p.slope_value, bend = 2.0 * p.value_slope;
  if (rise >= bend * p.magnitude.high) return p.magnitude.high;
  return std::clamp(rise / bend, p.magnitude.low, p.magnitude.high);
}

double value_at(const GateProduct& p, double g) {
  const double t = worst_magnitude(p, g);
  return g * ((1.0 - g) * (t * p.slope_value + p.slope) + tanh_slope_at(t) * p.value_slope + p.value);
}

/// α t + β (1 − t²) at most, over the range of t; α, β ≥ 0.
double largest_over_magnitude_up(double alpha, double beta, const Interval& t) {
  const auto at = [&](double x) {
    const double slope = std::max(0.0, subtract_up(1.0, multiply_down(x, x)));
    return add_up(multiply_up(alpha, x), multiply_up(beta, slope));
  };
  if (alpha >= multiply_up(2.0 * beta, t.high)) return at(t.high);
  if (alpha <= multiply_down(2.0 * beta, t.low)) return at(t.low);
  return add_up(beta, divide_up(multiply_up(alpha, alpha), 4.0 * beta));
}

/// With the tangent of g (1 − g) at m in its place, m² + g (1 − 2m), which lies above it.
double with_tangent_up(const GateProduct& p, double g, double m) {
  const double s = std::max(0.0, add_up(multiply_up(m, m), multiply_up(g, subtract_up(1.0, 2.0 * m))));
  const double over =
      largest_over_magnitude_up(multiply_up(s, p.slope_value), multiply_up(g, p.value_slope), p.magnitude);
  return add_up(over, add_up(multiply_up(s, p.slope), multiply_up(g, p.value)));
}

class Cells {
 public:
  explicit Cells(const GateProduct& p) : p_(p) {
    const double scale = p.slope_value + p.slope + p.value_slope + std::abs(p.value);
    enough_ = largest(p) + 1e-11 * scale;
  }

  double bound_up(double low, double high) {
    const double m = low + (high - low) / 2.0;
    const double bound = std::max(with_tangent_up(p_, low, m), with_tangent_up(p_, high, m));
    if (bound <= enough_ || !std::isfinite(bound) || ++cells_ > kMostCells || !(low < m && m < high)) return bound;
    return std::max(bound_up(low, m), bound_up(m, high));
  }

 private:
  static constexpr int kMostCells = 500;

  const GateProduct& p_;
  double enough_;
  int cells_ = 0;
};

}  // namespace

double largest(const GateProduct& p) {
  double best = std::max(value_at(p, p.gate.low), value_at(p, p.gate.high));
  const auto candidate = [&](double g) {
    if (g > p.gate.low && g < p.gate.high) best = std::max(best, value_at(p, g));
  };
  for (const double t : {p.magnitude.low, p.magnitude.high}) {
    const double slope = t * p.slope_value + p.slope;
    candidate((slope + tanh_slope_at(t) * p.value_slope + p.value) / (2.0 * slope));
  }
  // Where t is worst between its ends, the derivative in g is 3κ g² − (4κ + 2 slope) g + κ + slope + value_slope +
  // value.
  const double kappa = p.slope_value * p.slope_value / (4.0 * p.value_slope), half = 2.0 * kappa + p.slope;
  const double root = std::sqrt(half * half - 3.0 * kappa * (kappa + p.slope + p.value_slope + p.value));
  candidate((half - root) / (3.0 * kappa));
  candidate((half + root) / (3.0 * kappa));
  return best;
}

double largest_up(const GateProduct& p) {
  return Cells(p).bound_up(p.gate.low, p.gate.high);
}

}  // namespace unrecur

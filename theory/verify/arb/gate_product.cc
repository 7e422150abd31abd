#include "theory/verify/arb/gate_product.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace unrecur::verify {
namespace {

/// Cells of one product, between doubles.
class ProductCells {
 public:
  explicit ProductCells(const GateProduct& p)
      : p_(p),
        a_(p.slope_value.about()),
        h_(p.slope.about()),
        b_(p.value_slope.about()),
        l_(p.value.about()),
        t_low_(p.magnitude.low.about()),
        t_high_(p.magnitude.high.about()) {}

  double bound(double low, double high) {
    constexpr int coarse = 32;
    for (int i = 0; i <= coarse; ++i) best_ = std::max(best_, about(low + (high - low) * i / coarse));
    return cell(low, high);
  }

 private:
  static constexpr int kMostCells = 600;

  double cell(double low, double high) {
    const double m = low + (high - low) / 2.0;
    const double bound = std::max(at_end(low, m).upper(), at_end(high, m).upper());
    best_ = std::max(best_, about(m));
    const double enough = best_ + 1e-11 * (a_ + h_ + b_ + std::abs(l_));
    if (bound <= enough || !std::isfinite(bound) || ++cells_ > kMostCells || !(low < m && m < high)) return bound;
    return std::max(cell(low, m), cell(m, high));
  }

  /// The product for g at an end of a cell, with m² + g (1 − 2 m) for g (1 − g).
  Ball at_end(double g, double m) const {
    const Ball middle(m), gate(g), s = middle * middle + gate * (Ball(1.0) - middle - middle);
    return over_magnitudes(s * p_.slope_value, gate * p_.value_slope) + s * p_.slope + gate * p_.value;
  }

  /// sup of alpha t + beta (1 − t²); both are at least 0.
  Ball over_magnitudes(const Ball& alpha, const Ball& beta) const {
    const auto at = [&](const Ball& t) { return alpha * t + beta * (Ball(1.0) - t * t); };
    const Ball bend = beta + beta;
    if (surely_at_most(bend * p_.magnitude.high, alpha)) return at(p_.magnitude.high);
    if (surely_at_most(alpha, bend * p_.magnitude.low)) return at(p_.magnitude.low);
    if (beta.surely_positive()) return beta + alpha * alpha / (bend + bend);
    return abs(alpha) * p_.magnitude.high + abs(beta);
  }

  /// In floating point: which cells matter.
  double about(double g) const {
    const double rise = (1.0 - g) * a_, bend = 2.0 * b_;
    const double t = rise >= bend * t_high_ ? t_high_ : std::max(rise / bend, t_low_);
    return g * ((1.0 - g) * (t * a_ + h_) + (1.0 - t * t) * b_ + l_);
  }

  const GateProduct& p_;
  double a_, h_, b_, l_, t_low_, t_high_;
  double best_ = -std::numeric_limits<double>::infinity();
  int cells_ = 0;
};

}  // namespace

Range magnitudes(const Range& range) {
  const Ball low = range.low.surely_positive() ? tanh(range.low) : tanh(-range.high);
  // |tanh| lies below 1, which the balls of saturated values hold inside.
  const Ball high = max(abs(tanh(range.low)), abs(tanh(range.high)));
  return {low.surely_positive() ? low : Ball(0.0), surely_below(high, 1.0) ? high : Ball(1.0)};
}

Ball largest(const GateProduct& product) {
  const double low = std::max(0.0, -(-sigmoid(product.gate.low)).upper());
  return {ProductCells(product).bound(low, std::min(1.0, sigmoid(product.gate.high).upper()))};
}

}  // namespace unrecur::verify

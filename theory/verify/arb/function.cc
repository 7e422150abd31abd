#include "theory/verify/arb/function.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace unrecur::verify {
std::optional<double> number(const Attributes& attributes, const std::string& name, std::optional<double> otherwise) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) return otherwise;
  const std::string& text = found->second;
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
  return good ? std::optional(value) : std::nullopt;
}

namespace {

constexpr std::array<std::string_view, 5> kPlainFunctions{"tanh", "sigmoid", "relu", "identity", "softsign"};
constexpr std::array<std::string_view, 3> kSlopedFunctions{"hard_sigmoid", "leaky_relu", "elu"};

Ball exponential(const Ball& a) {
  Ball result;
  arb_exp(result.raw(), a.raw(), Ball::bits());
  return result;
}

bool surely_negative(const Ball& a) {
  return surely_below(a, 0.0);
}

/// a/(1 + |a|); where a has one sign as a function of one number, which the quotient is not.
Ball softsign(const Ball& a) {
  const Ball one(1.0);
  if (a.surely_positive()) return one - one / (one + a);
  if (surely_negative(a)) return one / (one - a) - one;
  return is_wide(a) ? hull(softsign(low_end(a)), softsign(high_end(a))) : a / (one + abs(a));
}

/// The point of the range where |a| is least; zero where the range may hold it.
Ball nearest_to_zero(const Range& range) {
  if (range.low.surely_positive()) return range.low;
  if (surely_negative(range.high)) return range.high;
  return {0.0};
}

}  // namespace

std::optional<Function> Function::named(const std::string& name) {
  if (std::find(kPlainFunctions.begin(), kPlainFunctions.end(), name) == kPlainFunctions.end()) return std::nullopt;
  Function function;
  function.name_ = name;
  return function;
}

const Function& Function::logistic() {
  static const Function function = named("sigmoid").value();
  return function;
}

const Function& Function::hyperbolic() {
  static const Function function = named("tanh").value();
  return function;
}

std::optional<Function> Function::read(const Layer& layer, const std::string& role, const std::string& otherwise) {
  const auto found = layer.attributes.find(role);
  const std::string& name = found == layer.attributes.end() ? otherwise : found->second;
  if (std::find(kSlopedFunctions.begin(), kSlopedFunctions.end(), name) == kSlopedFunctions.end()) return named(name);
  const auto slope = number(layer.attributes, role + "_slope", std::nullopt);
  const auto at_zero = number(layer.attributes, role + "_at_zero", 0.5);
  if (!slope || !at_zero || *slope < 0.0) return std::nullopt;
  Function function;
  function.name_ = name;
  function.slope_ = Ball(*slope);
  function.at_zero_ = Ball(*at_zero);
  return function;
}

Ball Function::value(const Ball& a) const {
  // The exponential of a wide ball may reach below zero.
  if (is("elu") && is_wide(a)) return hull(value(low_end(a)), value(high_end(a)));
  if (is("tanh")) return tanh(a);
  if (is("sigmoid")) return sigmoid(a);
  if (is("identity")) return a;
  if (is("relu")) return max(a, Ball(0.0));
  if (is("hard_sigmoid")) return min(max(line(a), Ball(0.0)), Ball(1.0));
  if (is("softsign")) return softsign(a);
  if (is("leaky_relu")) return max(a, Ball(0.0)) + slope_ * min(a, Ball(0.0));
  return max(a, Ball(0.0)) + slope_ * (exponential(min(a, Ball(0.0))) - Ball(1.0));
}

Ball Function::slopes(const Ball& a, const Ball& value) const {
  const Ball zero(0.0), one(1.0);
  if (falls_off() && is_wide(a)) {
    // The slopes at the ends, where the product of a wide ball with itself forgets that both are one number.
    const Range range{low_end(a), high_end(a)};
    return hull(smallest_slope(range), largest_slope(range));
  }
  if (is("tanh")) return one - value * value;
  if (is("sigmoid")) return value * (one - value);
  if (is("identity")) return one;
  if (is("softsign")) return one / pow(one + abs(a), 2);
  if (is("hard_sigmoid")) {
    const Ball y = line(a);
    if (y.surely_positive() && surely_below(y, one)) return slope_;
    if (surely_negative(y) || surely_below(one, y)) return zero;
    return hull(zero, slope_);
  }
  // One slope above zero, others below.
  if (a.surely_positive()) return one;
  const Ball below = is("relu") ? zero : is("leaky_relu") ? slope_ : slope_ * exponential(min(a, zero));
  if (surely_negative(a)) return below;
  return is("elu") ? hull(hull(below, slope_), one) : hull(below, one);
}

// Values of σ and |tanh| lie below 1, which the balls of saturated gates hold inside: then 1 itself is the bound.

Ball Function::largest(const Range& range) const {
  const Ball size = max(abs(value(range.low)), abs(value(range.high)));
  return !within_one() || surely_below(size, 1.0) ? size : Ball(1.0);
}

Ball Function::largest_slope(const Range& range) const {
  // The slopes of these fall on either side of zero.
  if (falls_off()) return slopes(nearest_to_zero(range));
  if (is("hard_sigmoid")) {
    const bool flat = surely_negative(line(range.high)) || surely_below(Ball(1.0), line(range.low));
    return flat ? Ball(0.0) : slope_;
  }
  if (range.low.surely_positive() || !surely_negative(range.high)) {
    return range.low.surely_positive() ? Ball(1.0) : greatest_slope();
  }
  return slopes(range.high);  // it rises below zero
}

Ball Function::smallest_slope(const Range& range) const {
  if (falls_off()) return min(slopes(range.low), slopes(range.high));
  if (is("hard_sigmoid")) {
    const bool rises = line(range.low).surely_positive() && surely_below(line(range.high), 1.0);
    return rises ? slope_ : Ball(0.0);
  }
  if (range.low.surely_positive()) return {1.0};
  // Below zero it rises, and above it is 1.
  return is("elu") ? min(slope_ * exponential(min(range.low, Ball(0.0))), Ball(1.0)) : least_slope();
}

Ball Function::least_slope() const {
  if (is("identity")) return {1.0};
  return is("leaky_relu") ? min(slope_, Ball(1.0)) : Ball(0.0);
}

Ball Function::greatest_slope() const {
  if (is("sigmoid")) return {0.25};
  if (is("hard_sigmoid")) return slope_;
  return is("leaky_relu") || is("elu") ? max(slope_, Ball(1.0)) : Ball(1.0);
}

Ball Function::size_at_zero() const {
  return abs(value(Ball(0.0)));
}

}  // namespace unrecur::verify

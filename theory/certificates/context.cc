#include "theory/certificates/context.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

constexpr Index kLongest = Index{1} << 53;

double conversion(const Norm& norm, GapNorm wanted) {
  return wanted == GapNorm::euclidean ? norm.to_euclidean() : 1.0;
}

}  // namespace

double GapBound::at(Index k) const {
  if (k < 0) throw UsageError("a truncation order is not negative");
  return k == 0 ? at_zero : multiply_up(power_up(rate, k), at_zero);
}

std::optional<Index> GapBound::context(double epsilon) const {
  if (!(epsilon >= 0.0)) throw UsageError("the error allowed for a context must be a number ≥ 0");
  if (at_zero <= epsilon) return 0;
  if (!(rate < 1.0) || !(at_zero < kInfinity)) return std::nullopt;
  // high doubles until the bound holds there; low is an order at which it does not.
  Index low = 0;
  Index high = 1;
  while (!(at(high) <= epsilon)) {
    low = high;
    high *= 2;
    if (high > kLongest) return std::nullopt;
  }
  while (high - low > 1) {
    const Index middle = low + (high - low) / 2;
    (at(middle) <= epsilon ? high : low) = middle;
  }
  return high;
}

GapBound proposition3_bound(const Certificate& certificate, const Drive& drive, double input_bound, GapNorm norm) {
  if (!(input_bound >= 0.0)) throw UsageError("a bound on inputs must be a number ≥ 0");
  GapBound bound{kInfinity, certificate.rate.value, certificate.rate.rigour};
  if (!(bound.rate < 1.0)) return bound;
  const double push = add_up(multiply_up(drive.gain, input_bound), drive.offset);
  const double radius = divide_up(push, subtract_down(1.0, bound.rate));
  bound.at_zero = multiply_up(conversion(certificate.norm, norm), radius);
  return bound;
}

double reach_radius(const Norm& norm, const Reach& reach) {
  double radius = reach.certified;
  if (reach.euclidean < kInfinity) radius = std::min(radius, multiply_up(norm.from_euclidean(), reach.euclidean));
  if (reach.box < kInfinity) radius = std::min(radius, norm.box_radius(reach.box));
  if (reach.limits.size() > 0) radius = std::min(radius, norm.box_radius(reach.limits));
  return radius;
}

GapBound certificate_bound(const Certificate& certificate, const Reach& reach, GapNorm norm) {
  const double radius = reach_radius(certificate.norm, reach);
  return {multiply_up(conversion(certificate.norm, norm), radius), certificate.rate.value, certificate.rate.rigour};
}

double rounding_floor(const UpperBound& rate, double step_error) {
  if (!(step_error >= 0.0)) throw UsageError("the rounding error of a step must be a number ≥ 0");
  if (!(rate.value < 1.0)) return kInfinity;
  return divide_up(step_error, subtract_down(1.0, rate.value));
}

bool needs_less_context(const Certificate& a, const Certificate& b) {
  if (!(a.rate.value < 1.0) || !(b.rate.value < 1.0)) return a.rate.value < b.rate.value;
  const auto steps = [](const Certificate& c) {
    const Vector<double>& limits = c.domain.limits;
    const double radius = limits.size() > 0 ? c.norm.box_radius(limits) : c.norm.from_euclidean();
    return (std::log(c.norm.to_euclidean() * radius) + std::log(1e6)) / -std::log(c.rate.value);
  };
  return steps(a) < steps(b);
}

}  // namespace unrecur

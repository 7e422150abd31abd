#include "theory/certificates/context.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "base/expected.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

constexpr Index kLongest = Index{1} << 53;

double conversion(const Norm& norm, GapNorm wanted) {
  return wanted == GapNorm::euclidean ? norm.to_euclidean() : 1.0;
}

}  // namespace

UpperBound GapBound::at(Index k) const {
  if (k < 0) throw UsageError(expected_but_found("a truncation order of at least 0", k));
  const bool proved = at_zero.rigour == Rigour::proved && (k == 0 || rate.rigour == Rigour::proved);
  return {k == 0 ? at_zero.value : multiply_up(power_up(rate.value, k), at_zero.value),
          proved ? Rigour::proved : Rigour::floating};
}

std::optional<Index> GapBound::context(double epsilon) const {
  if (!(epsilon >= 0.0)) throw UsageError(expected_but_found("an error of at least 0 for a context", epsilon));
  if (at_zero.value <= epsilon) return 0;
  if (!(rate.value < 1.0) || !(at_zero.value < kInfinity)) return std::nullopt;
  // high doubles until the bound holds there; low is an order at which it does not.
  Index low = 0;
  Index high = 1;
  while (!(at(high).value <= epsilon)) {
    low = high;
    high *= 2;
    if (high > kLongest) return std::nullopt;
  }
  while (high - low > 1) {
    const Index middle = low + (high - low) / 2;
    (at(middle).value <= epsilon ? high : low) = middle;
  }
  return high;
}

GapBound proposition3_bound(const Certificate& certificate, const Drive& drive, double input_bound, GapNorm norm) {
  if (!(input_bound >= 0.0)) throw UsageError(expected_but_found("a bound on inputs of at least 0", input_bound));
  GapBound bound{{kInfinity, certificate.rate.rigour}, certificate.rate};
  if (!(bound.rate.value < 1.0)) return bound;
  const double push = add_up(multiply_up(drive.gain, input_bound), drive.offset);
  const double radius = divide_up(push, subtract_down(1.0, bound.rate.value));
  bound.at_zero.value = multiply_up(conversion(certificate.norm, norm), radius);
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
  return {{multiply_up(conversion(certificate.norm, norm), radius), Rigour::proved}, certificate.rate};
}

double rounding_floor(const UpperBound& rate, double step_error) {
  if (!(step_error >= 0.0)) throw UsageError(expected_but_found("a rounding error of at least 0", step_error));
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

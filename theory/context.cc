#include "theory/context.h"

#include "theory/rounding.h"

namespace unrecur {
namespace {

/// Contexts beyond this are of no use to anyone; also the end of the search.
constexpr Index kLongest = Index{1} << 50;

bool contracts(const Certificate& certificate) {
  return certificate.rate.value >= 0.0 && certificate.rate.value < 1.0;
}

}  // namespace

double TruncationBound::at(Index k) const { return multiply_up(constant, power_up(rate, k)); }

std::optional<TruncationBound> proposition3(const Certificate& certificate, const Drive& drive, double input_bound) {
  if (!contracts(certificate) || !(input_bound >= 0.0)) return std::nullopt;
  const double driven = add_up(multiply_up(drive.gain, input_bound), drive.offset);
  const double radius = divide_up(driven, subtract_down(1.0, certificate.rate.value));
  return TruncationBound{certificate.rate.value, multiply_up(certificate.norm.to_euclidean(), radius)};
}

std::optional<TruncationBound> box_bound(const Certificate& certificate, double box) {
  if (!contracts(certificate) || !(box >= 0.0)) return std::nullopt;
  const double radius = certificate.norm.box_radius(box);
  return TruncationBound{certificate.rate.value, multiply_up(certificate.norm.to_euclidean(), radius)};
}

std::optional<Index> context(const TruncationBound& bound, double epsilon) {
  if (!(epsilon > 0.0) || !(bound.constant < kInfinity) || !(bound.rate < 1.0)) return std::nullopt;
  if (bound.constant <= epsilon) return 0;
  // The bound falls with k: double until it is small enough, then halve the interval.
  Index high = 1;
  while (!(bound.at(high) <= epsilon)) {
    if (high > kLongest) return std::nullopt;
    high *= 2;
  }
  Index low = high / 2;  // not enough
  while (high - low > 1) {
    const Index middle = low + (high - low) / 2;
    (bound.at(middle) <= epsilon ? high : low) = middle;
  }
  return high;
}

double rounding_floor(double step_error, double rate) {
  const double room = subtract_down(1.0, rate);
  return room > 0.0 ? divide_up(step_error, room) : kInfinity;
}

}  // namespace unrecur

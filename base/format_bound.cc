#include "base/format_bound.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace unrecur {
namespace {

constexpr int rate_digits = 5;
constexpr int distance_digits = 3;
constexpr double near_one = 1e-3;

std::string with_format(const char* format, int digits, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, digits, value);
  return text;
}

}  // namespace

double rounded_outwards(double value, int digits, bool up) {
  if (value == 0) return 0;
  const std::string nearest = with_format("%.*e", digits - 1, value);
  const double printed = std::strtod(nearest.c_str(), nullptr);
  if (up ? printed >= value : printed <= value) return printed;
  const int exponent = std::atoi(nearest.c_str() + nearest.find('e') + 1);
  return printed + (up ? 1 : -1) * std::pow(10.0, exponent - digits + 1);
}

std::string format_rate_bound(double rate, BoundSide side) {
  const bool up = side == BoundSide::upper;
  const double distance = rate - 1.0;  // exact where it is small
  if (distance == 0 || std::fabs(distance) >= near_one) {
    return with_format("%.*g", rate_digits, rounded_outwards(rate, rate_digits, up));
  }
  const double shown = std::fabs(rounded_outwards(distance, distance_digits, up));
  return (distance < 0 ? "1 - " : "1 + ") + with_format("%.*g", distance_digits, shown);
}

}  // namespace unrecur

#include "theory/slope/local_slopes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "theory/arithmetic/activation_bounds.h"
#include "theory/arithmetic/nonnegative.h"

namespace unrecur {
namespace {

using Ranges = std::vector<Interval>;

constexpr int kMostBits = 24;

Ranges drives_of(const Cell<double>& cell, const Matrix<double>& u, const InputSet& inputs) {
  const auto column = [&](const char* name) -> Vector<double> {
    const Matrix<double>* b = find_parameter(cell.parameters(), name);
    return b == nullptr ? Vector<double>(Vector<double>::Zero(u.rows())) : Vector<double>(b->col(0));
  };
  const Vector<double> second = column("bias_hh_l0");
  Ranges drive = inputs.drive_range(u, column("bias_ih_l0"));
  for (Index j = 0; j < u.rows(); ++j) {
    Interval& range = drive[static_cast<std::size_t>(j)];
    range = {add_down(range.low, second(j)), add_up(range.high, second(j))};
  }
  return drive;
}

/// A cell with bounded slopes and the range of U x + b for inputs of a set.
struct DrivenMap {
  SlopeMap map;
  ActivationFunction activation;
  Ranges drive;
};

/// Nothing where the inputs are not bounded or do not fit.
std::optional<DrivenMap> driven_map(const Cell<double>& cell, const InputSet& inputs) {
  const auto step = sloped_step(cell);
  auto map = slope_map(cell);
  const Matrix<double>* u = find_parameter(cell.parameters(), "weight_ih_l0");
  const bool fits = step && map && map->well_formed() && inputs.bounded() && u != nullptr && u->rows() == map->size() &&
                    u->allFinite();
  if (!fits) return std::nullopt;
  return DrivenMap{std::move(*map), step->activation, drives_of(cell, *u, inputs)};
}

/// The preactivations for |s| ≤ h.
Ranges preactivations(const Ranges& drive, const Matrix<double>& absolute, const Vector<double>& h) {
  const Vector<double> reach = product_up(absolute, h);
  Ranges ranges = drive;
  for (Index j = 0; j < reach.size(); ++j) {
    Interval& range = ranges[static_cast<std::size_t>(j)];
    range = {subtract_down(range.low, reach(j)), add_up(range.high, reach(j))};
  }
  return ranges;
}

/// sup |ρ| for |s| ≤ h, unit by unit.
Vector<double> values_up(const ActivationFunction& rho, const Ranges& drive, const Matrix<double>& absolute,
                         const Vector<double>& h) {
  Vector<double> values(h.size());
  Index j = 0;
  for (const Interval& range : preactivations(drive, absolute, h)) values(j++) = magnitude_up(rho, range);
  return values;
}

/// A box that the map keeps; nothing where none is found.
std::optional<Vector<double>> kept_box(const ActivationFunction& rho, const Ranges& drive,
                                       const Matrix<double>& absolute) {
  constexpr int refinements = 8;
  const auto image = [&](const Vector<double>& h) { return values_up(rho, drive, absolute, h); };
  const Index n = absolute.rows();
  const auto bound = bound_of(rho);
  std::optional<Vector<double>> box =
      bound ? std::optional<Vector<double>>(Vector<double>::Constant(n, *bound)) : bound_from_below(n, image);
  for (int pass = 0; box && pass < refinements; ++pass) {
    const Vector<double> next = box->cwiseMin(image(*box));
    const bool settled = !((*box - next).maxCoeff() > 1e-6);
    box = next;
    if (settled) break;
  }
  return box && box->allFinite() ? box : std::nullopt;
}

/// How many bits a number's significand takes.
int bits_of(double x) {
  if (x == 0.0) return 0;
  int exponent = 0;
  double rest = std::abs(std::frexp(x, &exponent));
  int bits = 0;
  while (rest != 0.0) {
    rest = 2.0 * rest - std::floor(2.0 * rest);
    ++bits;
  }
  return bits;
}

/// The least number of at most so many bits that is at least x ≥ 0.
double rounded_up(double x, int bits) {
  if (!(x > 0.0)) return 0.0;
  int exponent = 0;
  const double significand = std::frexp(x, &exponent);
  return std::ldexp(std::ceil(std::ldexp(significand, bits)), exponent - bits);
}

double rounded_down(double x, int bits) {
  if (!(x > 0.0)) return 0.0;
  int exponent = 0;
  const double significand = std::frexp(x, &exponent);
  return std::ldexp(std::floor(std::ldexp(significand, bits)), exponent - bits);
}

/// u_j rounded up until its products with row j of W are exact; `most`, by which they are, where that never is.
double exact_factor(const Matrix<double>& w, Index j, double u, double most) {
  int taken = 0;
  for (Index k = 0; k < w.cols(); ++k) taken = std::max(taken, bits_of(w(j, k)));
  const double factor = rounded_up(u, std::clamp(53 - taken, 1, kMostBits));
  const auto exact = [&](double weight) {
    const double product = factor * weight;
    return weight == 0.0 || factor == 0.0 ||
           (std::abs(product) > 0x1p-900 && std::fma(factor, weight, -product) == 0.0);
  };
  for (Index k = 0; k < w.cols(); ++k) {
    if (!exact(w(j, k))) return most;
  }
  return std::min(factor, most);
}

struct Slopes {
  Vector<double> low, high;
};

Slopes slopes_over(const ActivationFunction& rho, const Ranges& ranges) {
  const Index n = std::ssize(ranges);
  Slopes slopes{Vector<double>(n), Vector<double>(n)};
  for (Index j = 0; j < n; ++j) {
    const Interval slope = slope_over(rho, ranges[static_cast<std::size_t>(j)]);
    slopes.low(j) = std::max(slope.low, 0.0);
    slopes.high(j) = slope_up(rho, ranges[static_cast<std::size_t>(j)]);
  }
  return slopes;
}

/// a, of few bits and below 1: methods for one constant Jacobian speak of every state, which this map does not.
double least_share(const Slopes& slopes, const Vector<double>& factors) {
  double share = 1.0 - 0x1p-20;
  for (Index j = 0; j < factors.size(); ++j) {
    if (factors(j) > 0.0) share = std::min(share, divide_down(slopes.low(j), factors(j)));
  }
  const double few = rounded_down(std::max(share, 0.0), kMostBits);
  return few > 0x1p-40 ? few : 0.0;
}

}  // namespace

std::optional<Vector<double>> kept_states(const Cell<double>& cell, const InputSet& inputs) {
  const auto driven = driven_map(cell, inputs);
  return driven ? kept_box(driven->activation, driven->drive, driven->map.w.cwiseAbs()) : std::nullopt;
}

std::optional<SlopeMap> local_slope_map(const Cell<double>& cell, const InputSet& inputs) {
  auto driven = driven_map(cell, inputs);
  if (!driven || driven->map.constant()) return std::nullopt;
  SlopeMap& map = driven->map;
  // A power of two by which W may be multiplied whatever its entries are.
  const double most = rounded_up(map.slope_high, 1);
  if (map.w.cwiseAbs().maxCoeff() * std::max(most, 1.0) > 0x1p1000) return std::nullopt;

  const Matrix<double> absolute = map.w.cwiseAbs();
  const auto box = kept_box(driven->activation, driven->drive, absolute);
  if (!box) return std::nullopt;
  const Slopes slopes = slopes_over(driven->activation, preactivations(driven->drive, absolute, *box));
  if (!slopes.low.allFinite() || !slopes.high.allFinite()) return std::nullopt;

  Vector<double> factors(map.size());
  for (Index j = 0; j < factors.size(); ++j) factors(j) = exact_factor(map.w, j, slopes.high(j), most);
  const double share = least_share(slopes, factors);
  const bool steeper = (factors.array() >= map.slope_high).all() && share * map.slope_high <= map.slope_low;
  if (steeper) return std::nullopt;

  map.w = factors.asDiagonal() * map.w;
  map.slope_low = share;
  map.slope_high = 1.0;
  map.domain = {.text = "|s_j| within an invariant box; " + inputs.description(),
                .limits = *box,
                .inputs = inputs,
                .slope_low = share * factors,
                .slope_high = factors};
  return map;
}

}  // namespace unrecur

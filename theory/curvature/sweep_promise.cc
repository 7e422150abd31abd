#include "theory/curvature/sweep_promise.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "base/expected.h"
#include "theory/arithmetic/rounding.h"
#include "theory/curvature/jet.h"

namespace unrecur {
namespace {

/// Newton sweeps after which e² has long underflowed.
constexpr Index kMostNewton = 64;

void require_error(double epsilon) {
  if (!(epsilon > 0.0) || !(epsilon < kInfinity)) {
    throw UsageError(expected_but_found("a finite error above 0 for a number of sweeps", epsilon));
  }
}

bool contracts(const UpperRateBound& upper) {
  const auto rate = upper.bound();
  return rate && rate->rigour == Rigour::proved && rate->value < 1.0;
}

/// The fewest Jacobi sweeps in 0 … most after which `enough` holds of the error; most + 1 where it never does.
template <class Enough>
Index fewest_jacobi(const GapBound& decay, Index most, const Enough& enough) {
  Index low = -1, high = most + 1;
  while (high - low > 1) {
    const Index middle = low + (high - low) / 2;
    (enough(decay.at(middle).value) ? high : low) = middle;
  }
  return high;
}

/// In the certified norm: after `jacobi` sweeps and then `newton` of the other kind.
std::optional<SweepPromise> fewest_sweeps(const Certificate& certificate, const GapBound& decay,
                                          const NewtonDecay& newton, double epsilon) {
  const double to_euclidean = certificate.norm.to_euclidean();
  const auto within = [&](double error) { return multiply_up(to_euclidean, error) <= epsilon; };
  const auto most =
      GapBound{{multiply_up(to_euclidean, decay.at_zero.value), decay.at_zero.rigour}, decay.rate}.context(epsilon);
  if (!most) return std::nullopt;
  SweepPromise best{.jacobi = *most, .certificate = certificate};
  for (Index m = 1; m <= kMostNewton && m < best.sweeps(); ++m) {
    const Index room = best.sweeps() - m - 1;
    const Index k = fewest_jacobi(decay, room, [&](double error) { return within(newton.after(error, m)); });
    if (k <= room) best = {.jacobi = k, .newton = m, .certificate = certificate};
  }
  best.error = {multiply_up(to_euclidean, newton.after(decay.at(best.jacobi).value, best.newton)), Rigour::proved};
  return best;
}

/// The box that Newton's states are kept in; nothing where the certificate does not allow it.
std::optional<Vector<double>> box_for(const Certificate& certificate, const KnownStates& known) {
  const bool sees_angles = certificate.norm.kind() == NormKind::quadratic;
  if (sees_angles)
    return certificate.domain.limits.size() == 0 ? std::optional<Vector<double>>(Vector<double>()) : std::nullopt;
  if (certificate.domain.limits.size() > 0) return certificate.domain.limits;
  return known.box ? Vector<double>::Constant(certificate.norm.size(), *known.box) : Vector<double>();
}

}  // namespace

NewtonDecay::NewtonDecay(const UpperBound& rate, const JacobianChange& change) {
  const double left = subtract_down(1.0, rate.value);
  linear_ = left > 0.0 ? divide_up(change.spread.value, left) : kInfinity;
  quadratic_ = left > 0.0 ? divide_up(change.lipschitz.value, 2.0 * left) : kInfinity;
}

double NewtonDecay::after(double error) const {
  const double next = std::min(bound_product(linear_, error), bound_product(quadratic_, bound_product(error, error)));
  return next <= error ? next : error;
}

double NewtonDecay::after(double error, Index sweeps) const {
  for (Index i = 0; i < sweeps; ++i) error = after(error);
  return error;
}

std::optional<SweepPromise> promise_jacobi(const RateBounds& bounds, const KnownStates& known, double epsilon) {
  require_error(epsilon);
  std::optional<SweepPromise> best;
  for (const UpperRateBound& upper : bounds.upper) {
    if (!contracts(upper)) continue;
    const GapBound gap = promised_gap(*upper.certificate, known);
    const auto sweeps = gap.context(epsilon);
    if (!sweeps || (best && best->jacobi <= *sweeps)) continue;
    best = {.jacobi = *sweeps, .error = gap.at(*sweeps), .certificate = *upper.certificate};
  }
  return best;
}

std::optional<SweepPromise> promise_newton(const Cell<double>& cell, const RateBounds& bounds, const KnownStates& known,
                                           double epsilon) {
  std::optional<SweepPromise> best = promise_jacobi(bounds, known, epsilon);
  for (const UpperRateBound& upper : bounds.upper) {
    if (!contracts(upper)) continue;
    const Certificate& certificate = *upper.certificate;
    const auto limits = box_for(certificate, known);
    if (!limits) continue;
    const GapBound decay = certificate_bound(certificate, reach_of(certificate, known), GapNorm::certified);
    const NewtonDecay newton(certificate.rate, jacobian_change(cell, certificate, *limits));
    auto promise = fewest_sweeps(certificate, decay, newton, epsilon);
    if (!promise || (best && best->sweeps() <= promise->sweeps())) continue;
    promise->limits = *limits;
    best = std::move(promise);
  }
  return best;
}

}  // namespace unrecur

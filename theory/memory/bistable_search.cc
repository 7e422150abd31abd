#include "theory/memory/bistable_search.h"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "theory/arithmetic/eigen.h"
#include "theory/memory/observed_states.h"
#include "theory/memory/verifier_inputs.h"

namespace unrecur {
namespace {

constexpr Index kLargestState = 256;
constexpr Index kMostSettlingSteps = 1 << 15;
constexpr Index kPatience = 512;  ///< steps in which runs have to come nearer to rest

/// The steps of the map under the pair's repeated input.
class HeldMap {
 public:
  HeldMap(const Cell<double>& cell, const Vector<double>& x) : map_(cell.fix_inputs(x)) {}

  Vector<double> step(const Vector<double>& s) const {
    Matrix<double> next(s.size(), 1);
    map_->apply(s, 0, next);
    return next.col(0);
  }

  Matrix<double> jacobian(const Vector<double>& s) const {
    Matrix<double> j;
    map_->linearise(s, 0)->apply(Matrix<double>::Identity(s.size(), s.size()), j);
    return j;
  }

  /// Newton's method on φ(s) − s, from near a fixed point; nothing where it does not settle.
  std::optional<Vector<double>> fixed_point_near(Vector<double> s) const {
    for (int i = 0; i < 8; ++i) {
      const Vector<double> residual = step(s) - s;
      if (!residual.allFinite()) return std::nullopt;
      if (residual.norm() <= 1e-14 * (1.0 + s.norm())) return s;
      const Matrix<double> shifted = Matrix<double>::Identity(s.size(), s.size()) - jacobian(s);
      s += shifted.partialPivLu().solve(residual);
    }
    const bool settled = s.allFinite() && (step(s) - s).norm() <= 1e-12 * (1.0 + s.norm());
    return settled ? std::optional(s) : std::nullopt;
  }

 private:
  std::unique_ptr<FixedInputMap<double>> map_;
};

Vector<double> after(const Cell<double>& cell, const Matrix<double>& prefix) {
  const auto map = cell.fix_inputs(prefix);
  Matrix<double> state = Matrix<double>::Zero(cell.shape().state, 1), next = state;
  for (Index t = 0; t < prefix.cols(); ++t) {
    map->apply(state, t, next);
    state.swap(next);
  }
  return state.col(0);
}

/// Real and imaginary parts of the eigenvectors of a real matrix, one pair of columns for each pair of eigenvalues.
std::optional<Matrix<double>> real_modes(const Matrix<double>& j) {
  const GeneralEigen eigen = general_eigen(j);
  if (!eigen.converged) return std::nullopt;
  Matrix<double> modes(j.rows(), j.cols());
  Index column = 0;
  for (Index k = 0; k < j.cols() && column < j.cols(); ++k) {
    const double imaginary = eigen.values(k).imag();
    if (imaginary < 0.0) continue;
    modes.col(column++) = eigen.vectors.col(k).real();
    if (imaginary > 0.0 && column < j.cols()) modes.col(column++) = eigen.vectors.col(k).imag();
  }
  return column == j.cols() ? std::optional(modes) : std::nullopt;
}

/// A set {|W (s − c)| ≤ r} that so many steps of the linear part shrink, whose entries reach as far from c as is said;
/// in the real eigenvectors, or in the states themselves where these are not independent enough.
std::optional<verify::Bistable::Basin> basin_around(const HeldMap& map, const Vector<double>& center, double reach,
                                                    long long period) {
  const Matrix<double> step = map.jacobian(center);
  Matrix<double> j = step;
  for (long long t = 1; t < period; ++t) j = step * j;
  std::vector<Matrix<double>> frames{Matrix<double>::Identity(j.rows(), j.cols())};
  if (const auto modes = real_modes(j)) frames.push_back(modes->inverse());
  for (const Matrix<double>& frame : frames) {
    const Matrix<double> back = frame.inverse();
    const Matrix<double> size = (frame * j * back).cwiseAbs();
    if (!size.allFinite()) continue;
    const double rate = spectral_radius(size);
    if (!(rate < 1.0 - 1e-9)) continue;
    const double between = 0.5 + 0.5 * rate;
    const Matrix<double> shifted = between * Matrix<double>::Identity(j.rows(), j.cols()) - size;
    Vector<double> radii = shifted.partialPivLu().solve(Vector<double>::Ones(j.rows()));
    if (!(radii.array() > 0.0).all() || !radii.allFinite()) continue;
    radii *= reach / (back.cwiseAbs() * radii).maxCoeff();
    return verify::Bistable::Basin{.center = center, .frame = frame, .radii = std::move(radii)};
  }
  return std::nullopt;
}

/// The steps after which both sets shrink: a pair of complex eigenvalues turns a box, which reaches up to √2 times as
/// far then, so that it has to be waited for. Nothing where they do not soon.
std::optional<long long> period_of(const HeldMap& map, const Vector<double>& first, const Vector<double>& second) {
  constexpr long long longest = 64;
  for (long long period = 1; period <= longest; period *= 2) {
    if (basin_around(map, first, 1.0, period) && basin_around(map, second, 1.0, period)) return period;
  }
  return std::nullopt;
}

/// Whether a state lies in the inner half of a set.
bool well_inside(const verify::Bistable::Basin& basin, const Vector<double>& s) {
  return ((basin.frame * (s - basin.center)).cwiseAbs().array() <= 0.5 * basin.radii.array()).all();
}

}  // namespace

std::optional<verify::Bistable> find_bistable(const Cell<double>& cell, const MemoryPair& pair, double epsilon,
                                              const verify::Observed& asked, const InputSet& inputs,
                                              const std::function<bool()>& stop) {
  if (cell.shape().state > kLargestState) return std::nullopt;
  const ObservedStates observed(cell, asked);
  const HeldMap map(cell, pair.suffix);
  verify::Bistable witness{.input = pair.suffix,
                           .gap = 2.0 * epsilon,
                           .inputs = verify::inputs_of(inputs, cell.shape().input),
                           .observed = asked};
  Vector<double> one = after(cell, pair.first), other = after(cell, pair.second);
  double residual_before = std::numeric_limits<double>::infinity();
  for (Index t = 0; t < kMostSettlingSteps; ++t) {
    const Vector<double> next = map.step(one), next_other = map.step(other);
    const double residual = (next - one).norm() + (next_other - other).norm();
    one = next;
    other = next_other;
    if (!(observed.norm() * (one - other).norm() > 2.0 * epsilon) || (stop && stop())) return std::nullopt;
    if (residual < 1e-9) break;
    if (t % kPatience == 0) {
      // Runs that do not come to rest: cycles, and states that grow.
      if (!(residual < 0.8 * residual_before)) return std::nullopt;
      residual_before = residual;
    }
  }
  const auto first = map.fixed_point_near(one), second = map.fixed_point_near(other);
  if (!first || !second) return std::nullopt;
  const double apart = observed.gap(*first, *second);
  if (!(apart > 2.0 * epsilon)) return std::nullopt;
  const auto period = period_of(map, *first, *second);
  if (!period) return std::nullopt;
  witness.period = *period;
  // Smaller sets are nearer to what the linear part says, larger ones are entered sooner.
  const double root = std::sqrt(static_cast<double>(cell.shape().state));
  for (const double share : {0.1, 1e-2, 1e-4, 1e-6}) {
    const double reach = share * std::min(apart - 2.0 * epsilon, 1.0) / root;
    auto a = basin_around(map, *first, reach, *period), b = basin_around(map, *second, reach, *period);
    if (!a || !b) return std::nullopt;
    Vector<double> s = after(cell, pair.first), r = after(cell, pair.second);
    Index steps = 0;
    while (steps < kMostSettlingSteps && !(well_inside(*a, s) && well_inside(*b, r))) {
      s = map.step(s);
      r = map.step(r);
      ++steps;
    }
    if (steps == kMostSettlingSteps) continue;
    a->prefix = pair.first;
    b->prefix = pair.second;
    a->bits_per_step = b->bits_per_step = std::clamp(1.3 * pair.bits_per_step(steps) + 0.05, 0.0, 64.0);
    witness.first = std::move(*a);
    witness.second = std::move(*b);
    witness.steps = steps;
    const verify::Layer layer{cell.kind(), cell.attributes(), &cell.parameters()};
    if (verify::verify_bistable(layer, witness, stop).proved) return witness;
  }
  return std::nullopt;
}

}  // namespace unrecur

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "theory/arithmetic/cycle_vectors.h"
#include "theory/arithmetic/eigen.h"
#include "theory/slope/slope_orbit.h"

namespace unrecur {
namespace {

/// ρ(J(Σ_p) ⋯ J(Σ_1))^{1/p} in floating point, and what log |λ| gains for each slope.
struct Point {
  Matrix<double> slopes;  // n × p, each entry one of the two ends
  double radius = 0.0;
  Matrix<double> gradient;  // n × p; empty where λ = 0 or the eigenvectors are dependent
};

class Ascent {
 public:
  explicit Ascent(const SlopeMap& map) : map_(map), n_(map.size()) {}

  Point climb(Matrix<double> slopes) const {
    Point here = at(std::move(slopes));
    for (int step = 0; step < 60; ++step) {
      Point there = step_from(here);
      if (!(there.radius > here.radius * (1.0 + 1e-12))) return here;
      here = std::move(there);
    }
    return here;
  }

 private:
  /// Flips all slopes that promise a gain; where that goes wrong, the better half of them, and so on.
  Point step_from(const Point& here) const {
    if (here.gradient.size() == 0) return here;
    std::vector<std::pair<double, Index>> gains;
    for (Index i = 0; i < here.slopes.size(); ++i) {
      const bool low = here.slopes.data()[i] == map_.slope_low;
      const double gain = here.gradient.data()[i] * (low ? 1.0 : -1.0);
      if (gain > 0.0) gains.emplace_back(gain, i);
    }
    std::sort(gains.rbegin(), gains.rend());
    for (std::size_t count = gains.size(); count > 0; count /= 2) {
      Matrix<double> slopes = here.slopes;
      for (std::size_t k = 0; k < count; ++k) flip(slopes.data()[gains[k].second]);
      Point there = at(std::move(slopes));
      if (there.radius > here.radius * (1.0 + 1e-12)) return there;
    }
    return n_ <= 12 ? best_single_flip(here) : here;
  }

  Point best_single_flip(const Point& here) const {
    Point best = here;
    for (Index i = 0; i < here.slopes.size(); ++i) {
      Matrix<double> slopes = here.slopes;
      flip(slopes.data()[i]);
      Point there = at(std::move(slopes));
      if (there.radius > best.radius) best = std::move(there);
    }
    return best;
  }

  void flip(double& slope) const { slope = slope == map_.slope_low ? map_.slope_high : map_.slope_low; }

  Matrix<double> jacobian(const Matrix<double>& slopes, Index i) const {
    Matrix<double> j = (map_.leak * slopes.col(i)).asDiagonal() * map_.w;
    j.diagonal().array() += 1.0 - map_.leak;
    return j;
  }

  Point at(Matrix<double> slopes) const {
    const Index p = slopes.cols();
    Point point{std::move(slopes), 0.0, {}};
    Matrix<double> product = Matrix<double>::Identity(n_, n_);
    for (Index i = 0; i < p; ++i) product = jacobian(point.slopes, i) * product;
    const GeneralEigen eigen = general_eigen(product);
    if (!eigen.converged) return point;
    Index top = 0;
    const double modulus = eigen.values.cwiseAbs().maxCoeff(&top);
    point.radius = std::pow(modulus, 1.0 / static_cast<double>(p));
    if (modulus > 0.0) point.gradient = gradient(point.slopes, eigen, top);
    return point;
  }

  /// ∂ log|λ| / ∂σ_ji = α Re(y_j (W u)_j / λ) with u the right eigenvector before step i and y the left one after it.
  Matrix<double> gradient(const Matrix<double>& slopes, const GeneralEigen& eigen, Index top) const {
    const Index p = slopes.cols();
    const Eigen::VectorXcd left =
        eigen.vectors.transpose().partialPivLu().solve(Eigen::VectorXcd::Unit(n_, top).eval());
    const CycleVectors carried =
        carried_around(p, eigen.vectors.col(top), left, [&](Index i) { return jacobian(slopes, i); });
    Matrix<double> result(n_, p);
    for (Index i = 0; i < p; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const Eigen::VectorXcd image = map_.w * carried.right[at];
      result.col(i) = (carried.left[at].array() * image.array() / eigen.values(top)).real();
    }
    return result.allFinite() ? Matrix<double>(map_.leak * result) : Matrix<double>();
  }

  const SlopeMap& map_;
  Index n_;
};

Matrix<double> random_pattern(const SlopeMap& map, Index period, std::mt19937_64& engine) {
  Matrix<double> slopes(map.size(), period);
  for (double& slope : slopes.reshaped()) slope = (engine() >> 63) != 0 ? map.slope_high : map.slope_low;
  return slopes;
}

int random_starts(Index n) {
  if (n <= 12) return 48;
  return n <= 64 ? 4 : (n <= 160 ? 1 : 0);
}

}  // namespace

std::optional<SlopeOrbit> find_slope_orbit(const SlopeMap& map, const SlopeOrbitOptions& options) {
  if (!map.well_formed() || map.constant() || map.size() > options.largest) return std::nullopt;
  const Ascent ascent(map);
  std::mt19937_64 engine(options.seed);
  std::vector<Point> found;  // the best of each period
  const Index longest = map.size() <= 32 ? options.longest : 1;
  for (Index p = 1; p <= longest; ++p) {
    Matrix<double> start = Matrix<double>::Constant(map.size(), p, map.slope_high);
    if (p > 1) start = found.front().slopes.replicate(1, p);
    Point best = ascent.climb(std::move(start));
    for (int k = 0; k < random_starts(map.size()); ++k) {
      options.execution.poll();
      Point other = ascent.climb(random_pattern(map, p, engine));
      if (other.radius > best.radius) best = std::move(other);
    }
    found.push_back(std::move(best));
  }
  std::stable_sort(found.begin(), found.end(), [](const Point& a, const Point& b) { return a.radius > b.radius; });
  SlopeOrbit orbit{{}, {0.0, Rigour::proved}};
  for (Point& point : found) {
    if (!(point.radius > orbit.radius.value)) continue;
    const double radius = slope_orbit_radius_down(map, point.slopes);
    if (radius > orbit.radius.value) orbit = {std::move(point.slopes), {radius, Rigour::proved}};
  }
  return orbit.radius.value > 0.0 ? std::optional(std::move(orbit)) : std::nullopt;
}

}  // namespace unrecur

#include "theory/orbits/orbit_climb.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <complex>
#include <optional>
#include <utility>
#include <vector>

#include "theory/arithmetic/eigenvalue_enclosure.h"
#include "theory/orbits/orbit_map.h"

namespace unrecur {
namespace {

constexpr double kTolerance = 1e-11;  ///< of φ(s_t, x_t) − s_{t+1}
constexpr double kLongestMove = 1.0;
constexpr int kFirstCorrections = 40, kCorrections = 12;

/// The dominant eigenvalue of the product of an orbit's Jacobians, with its eigenvectors carried around the orbit.
struct Dominant {
  std::complex<double> value;
  std::vector<Eigen::VectorXcd> right, left;  ///< before step t; after step t, with leftᵀ right = 1 around the orbit
};

class OrbitClimb {
 public:
  OrbitClimb(const Cell<double>& cell, const InputSet::Box& box, const OrbitClimbOptions& options)
      : cell_(cell),
        options_(options),
        low_(box.low),
        high_(box.high),
        scale_(0.5 * box.high - 0.5 * box.low),  // the ends may be as large as doubles get
        n_(cell.shape().state),
        m_(cell.shape().input) {}

  std::optional<Orbit> from(Orbit start) const {
    const Matrix<double> nowhere = Matrix<double>::Zero(n_ + m_, start.period());
    std::optional<Orbit> begun = corrected(moved(std::move(start), nowhere), kFirstCorrections);
    if (!begun) return std::nullopt;
    Orbit here = std::move(*begun);
    std::optional<Dominant> dominant = dominant_of(here);
    double length = 0.5;
    for (int i = 0; i < options_.steps && dominant && here.radius.value < options_.enough; ++i) {
      options_.execution.poll();
      const Matrix<double> way = uphill(here, *dominant);
      const double size = way.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
      if (!(size > 1e-9)) break;
      if (!advance(here, way / size, length)) break;
      dominant = dominant_of(here);
      length = std::min(2.0 * length, 1.0);
    }
    return here;
  }

 private:
  /// Inputs are measured in half widths of the box, so that steps mean the same for all of them.
  Matrix<double> constraint(const std::vector<Matrix<double>>& derivatives) const {
    const auto p = static_cast<Index>(derivatives.size());
    Matrix<double> a = Matrix<double>::Zero(p * n_, p * (n_ + m_));
    for (Index t = 0; t < p; ++t) {
      auto own = a.block(t * n_, t * (n_ + m_), n_, n_ + m_);
      own -= derivatives[static_cast<std::size_t>(t)];
      own.rightCols(m_) *= scale_.asDiagonal();
      a.block(t * n_, (t + 1) % p * (n_ + m_), n_, n_) += Matrix<double>::Identity(n_, n_);
    }
    return a;
  }

  std::vector<Matrix<double>> derivatives(const OrbitMap& map, const Matrix<double>& states) const {
    std::vector<Matrix<double>> all;
    for (Index t = 0; t < map.period(); ++t) all.push_back(map.derivative_at(states, t));
    return all;
  }

  std::optional<Dominant> dominant_of(const Orbit& orbit) const {
    const OrbitMap map(cell_, orbit.inputs);
    const Index p = orbit.period();
    std::vector<Matrix<double>> steps;
    Matrix<double> product = Matrix<double>::Identity(n_, n_);
    for (Index t = 0; t < p; ++t) {
      steps.push_back(map.jacobian_at(orbit.states, t));
      product = steps.back() * product;
    }
    const auto right = dominant_pairs(product, 1), left = dominant_pairs(product.transpose(), 1);
    if (right.empty() || left.empty()) return std::nullopt;
    const std::complex<double> value = right.front().value;
    const std::complex<double> overlap = (left.front().vector.transpose() * right.front().vector).value();
    const double lengths = left.front().vector.norm() * right.front().vector.norm();
    // Two eigenvalues of one modulus, or a double one: there is no gradient.
    if (!(std::abs(left.front().value - value) < 1e-6 * std::abs(value)) || !(std::abs(overlap) > 1e-12 * lengths)) {
      return std::nullopt;
    }
    Dominant found{value, {}, {}};
    found.right.push_back(right.front().vector);
    for (Index t = 0; t + 1 < p; ++t) found.right.push_back(steps[static_cast<std::size_t>(t)] * found.right.back());
    found.left.assign(static_cast<std::size_t>(p), left.front().vector / overlap);
    for (Index t = p - 1; t > 0; --t) {
      const auto at = static_cast<std::size_t>(t);
      found.left[at - 1] = steps[at].transpose() * found.left[at];
    }
    return found;
  }

  /// ∂ log ρ of step t's state and input (in half widths), by differences of J v at points beside.
  Vector<double> gradient_at(const Orbit& orbit, Index t, const Dominant& dominant) const {
    const Index count = n_ + m_;
    const auto at = static_cast<std::size_t>(t);
    Matrix<double> states = orbit.states.col(t).replicate(1, count + 1);
    Matrix<double> inputs = orbit.inputs.col(t).replicate(1, count + 1);
    Vector<double> apart(count);
    for (Index k = 0; k < count; ++k) {
      double& entry = k < n_ ? states(k, k) : inputs(k - n_, k);
      const double before = entry;
      entry += 1e-6 * (k < n_ ? 1.0 + std::abs(entry) : scale_(k - n_));
      apart(k) = k < n_ ? entry - before : scale_(k - n_) > 0.0 ? (entry - before) / scale_(k - n_) : 0.0;
    }
    const auto map = cell_.fix_inputs(inputs);
    const auto jacobian = map->linearise(states, 0);
    Matrix<double> real, imaginary;
    jacobian->apply(dominant.right[at].real().replicate(1, count + 1), real);
    jacobian->apply(dominant.right[at].imag().replicate(1, count + 1), imaginary);
    const Eigen::VectorXcd weighed =
        (dominant.left[at].transpose() * (real + std::complex<double>(0.0, 1.0) * imaginary)).transpose();
    const std::complex<double> turn = std::conj(dominant.value) / std::norm(dominant.value);
    Vector<double> gradient = (turn * (weighed.head(count).array() - weighed(count))).real();
    for (Index k = 0; k < count; ++k) gradient(k) = apart(k) > 0.0 ? gradient(k) / apart(k) : 0.0;
    return gradient;
  }

  /// The gradient within the tangent space and the box, (n + m) × p.
  Matrix<double> uphill(const Orbit& orbit, const Dominant& dominant) const {
    const Index p = orbit.period();
    Matrix<double> gradient(n_ + m_, p);
    for (Index t = 0; t < p; ++t) gradient.col(t) = gradient_at(orbit, t, dominant);
    const OrbitMap map(cell_, orbit.inputs);
    const Matrix<double> a = constraint(derivatives(map, orbit.states));
    Matrix<double> way = Matrix<double>::Zero(n_ + m_, p), free = Matrix<double>::Ones(n_ + m_, p);
    for (int round = 0; round < 3; ++round) {
      const Matrix<double> held = a * free.reshaped().asDiagonal();
      const Vector<double> off = least_norm(held, held * gradient.reshaped());
      way = free.cwiseProduct(gradient - off.reshaped(n_ + m_, p));
      bool leaves = false;
      for (Index t = 0; t < p; ++t) {
        for (Index i = 0; i < m_; ++i) {
          const double x = orbit.inputs(i, t), move = way(n_ + i, t);
          if (!((x >= high_(i) && move > 0.0) || (x <= low_(i) && move < 0.0))) continue;
          free(n_ + i, t) = 0.0;
          leaves = true;
        }
      }
      if (!leaves) break;
    }
    return way;
  }

  /// The shortest z with A z = b.
  static Vector<double> least_norm(const Matrix<double>& a, const Vector<double>& b) {
    return a.transpose() * (a * a.transpose()).ldlt().solve(b);
  }

  /// A step of the largest length that climbs; false where none does.
  bool advance(Orbit& here, const Matrix<double>& way, double& length) const {
    for (; length > 1e-4; length *= 0.4) {
      std::optional<Orbit> next = corrected(moved(here, length * way));
      if (!next || !(next->radius.value > here.radius.value + 1e-12)) continue;
      here = std::move(*next);
      return true;
    }
    return false;
  }

  /// Its inputs within the box.
  Orbit moved(Orbit orbit, const Matrix<double>& by) const {
    orbit.states += by.topRows(n_);
    orbit.inputs += scale_.asDiagonal() * by.bottomRows(m_);
    for (Index t = 0; t < orbit.period(); ++t) {
      orbit.inputs.col(t) = orbit.inputs.col(t).cwiseMax(low_).cwiseMin(high_);
    }
    return orbit;
  }

  /// An orbit near a point that is none; inputs at an end of the box stay there.
  std::optional<Orbit> corrected(Orbit orbit, int corrections = kCorrections) const {
    for (int i = 0; i < corrections; ++i) {
      options_.execution.poll();
      const OrbitMap map(cell_, orbit.inputs);
      const Matrix<double> gap = map.image(orbit.states) - orbit.states;
      const double residual = gap.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
      if (!(residual < 1e3)) return std::nullopt;
      if (residual <= kTolerance) return with_radius(map, std::move(orbit));
      Matrix<double> a = constraint(derivatives(map, orbit.states));
      Matrix<double> right(n_, orbit.period());
      for (Index t = 0; t < orbit.period(); ++t) {
        right.col(t) = gap.col((t + 1) % orbit.period());
        for (Index k = 0; k < m_; ++k) {
          const double x = orbit.inputs(k, t);
          if (x <= low_(k) || x >= high_(k)) a.col(t * (n_ + m_) + n_ + k).setZero();
        }
      }
      Vector<double> move = least_norm(a, right.reshaped());
      if (!move.allFinite()) return std::nullopt;
      // Gates that are shut have hardly a slope, and a full step would go anywhere.
      move *= std::min(1.0, kLongestMove / move.cwiseAbs().maxCoeff());
      orbit = moved(std::move(orbit), move.reshaped(n_ + m_, orbit.period()));
    }
    return std::nullopt;
  }

  std::optional<Orbit> with_radius(const OrbitMap& map, Orbit orbit) const {
    Matrix<double> product = Matrix<double>::Identity(n_, n_);
    for (Index t = 0; t < map.period(); ++t) product = map.jacobian_at(orbit.states, t) * product;
    const auto top = dominant_pairs(product, 1);
    if (top.empty()) return std::nullopt;
    const double radius = std::pow(std::abs(top.front().value), 1.0 / static_cast<double>(map.period()));
    if (!(radius >= 0.0)) return std::nullopt;
    orbit.radius = {radius, Rigour::floating};
    orbit.distance = std::nullopt;
    return orbit;
  }

  const Cell<double>& cell_;
  const OrbitClimbOptions& options_;
  Vector<double> low_, high_, scale_;
  Index n_, m_;
};

}  // namespace

std::optional<Orbit> climbed_orbit(const Cell<double>& cell, Orbit start, const InputSet::Box& box,
                                   const OrbitClimbOptions& options) {
  return OrbitClimb(cell, box, options).from(std::move(start));
}

}  // namespace unrecur

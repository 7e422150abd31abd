#include "theory/orbits/orbit_climb.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <complex>
#include <optional>
#include <utility>
#include <vector>

#include "theory/arithmetic/cycle_vectors.h"
#include "theory/arithmetic/eigenvalue_enclosure.h"
#include "theory/orbits/orbit_map.h"

namespace unrecur {
namespace {

constexpr double kTolerance = 1e-11;  ///< of φ(s_t, x_t) − s_{t+1}
constexpr double kLongestMove = 1.0;
constexpr int kFirstCorrections = 40, kCorrections = 12;

/// An orbit with its linear part.
struct LinearisedOrbit {
  Orbit orbit;
  std::vector<Matrix<double>> derivatives;  ///< (J_t  B_t), n × (n + m), step by step
  Matrix<double> product;                   ///< J_p ⋯ J_1
  EigenPair top;                            ///< the dominant one of the product
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
    std::optional<LinearisedOrbit> here = corrected(moved(std::move(start), nowhere), kFirstCorrections);
    if (!here) return std::nullopt;
    double length = 0.5;
    for (int i = 0; i < options_.steps && here->orbit.radius.value < options_.enough; ++i) {
      options_.execution.poll();
      const std::optional<CycleVectors> carried = eigenvectors(*here);
      if (!carried) break;
      const Matrix<double> way = uphill(*here, *carried);
      const double size = way.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
      if (!(size > 1e-9)) break;
      if (!advance(*here, way / size, length)) break;
      length = std::min(2.0 * length, 1.0);
    }
    return std::move(here->orbit);
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

  std::optional<CycleVectors> eigenvectors(const LinearisedOrbit& point) const {
    const auto left = dominant_pairs(point.product.transpose(), 1);
    if (left.empty()) return std::nullopt;
    const std::complex<double> value = point.top.value;
    const std::complex<double> overlap = (left.front().vector.transpose() * point.top.vector).value();
    const double lengths = left.front().vector.norm() * point.top.vector.norm();
    // Two eigenvalues of one modulus, or a double one: there is no gradient.
    if (!(std::abs(left.front().value - value) < 1e-6 * std::abs(value)) || !(std::abs(overlap) > 1e-12 * lengths)) {
      return std::nullopt;
    }
    return carried_around(point.orbit.period(), point.top.vector, left.front().vector / overlap,
                          [&](Index t) { return jacobian(point.derivatives, t); });
  }

  /// ∂ log ρ of step t's state and input (in half widths), by differences of J v at points beside.
  Vector<double> gradient_at(const LinearisedOrbit& point, Index t, const CycleVectors& carried) const {
    const Orbit& orbit = point.orbit;
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
    jacobian->apply(carried.right[at].real().replicate(1, count + 1), real);
    jacobian->apply(carried.right[at].imag().replicate(1, count + 1), imaginary);
    const Eigen::VectorXcd weighed =
        (carried.left[at].transpose() * (real + std::complex<double>(0.0, 1.0) * imaginary)).transpose();
    const std::complex<double> turn = std::conj(point.top.value) / std::norm(point.top.value);
    Vector<double> gradient = (turn * (weighed.head(count).array() - weighed(count))).real();
    for (Index k = 0; k < count; ++k) gradient(k) = apart(k) > 0.0 ? gradient(k) / apart(k) : 0.0;
    return gradient;
  }

  /// The gradient within the tangent space and the box, (n + m) × p.
  Matrix<double> uphill(const LinearisedOrbit& point, const CycleVectors& carried) const {
    const Orbit& orbit = point.orbit;
    const Index p = orbit.period();
    Matrix<double> gradient(n_ + m_, p);
    for (Index t = 0; t < p; ++t) gradient.col(t) = gradient_at(point, t, carried);
    const Matrix<double> a = constraint(point.derivatives);
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
  bool advance(LinearisedOrbit& here, const Matrix<double>& way, double& length) const {
    for (; length > 1e-4; length *= 0.4) {
      std::optional<LinearisedOrbit> next = corrected(moved(here.orbit, length * way));
      if (!next || !(next->orbit.radius.value > here.orbit.radius.value + 1e-12)) continue;
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
  std::optional<LinearisedOrbit> corrected(Orbit orbit, int corrections = kCorrections) const {
    for (int i = 0; i < corrections; ++i) {
      options_.execution.poll();
      const OrbitMap map(cell_, orbit.inputs);
      const Matrix<double> gap = map.image(orbit.states) - orbit.states;
      const double residual = gap.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
      if (!(residual < 1e3)) return std::nullopt;
      std::vector<Matrix<double>> here = derivatives(map, orbit.states);
      if (residual <= kTolerance) return linearised(std::move(orbit), std::move(here));
      Matrix<double> a = constraint(here);
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

  /// J_t.
  ConstMatrixRef<double> jacobian(const std::vector<Matrix<double>>& derivatives, Index t) const {
    return derivatives[static_cast<std::size_t>(t)].leftCols(n_);
  }

  /// With its radius; nothing where no eigenvalue is found.
  std::optional<LinearisedOrbit> linearised(Orbit orbit, std::vector<Matrix<double>> derivatives) const {
    const Index p = orbit.period();
    Matrix<double> product = Matrix<double>::Identity(n_, n_);
    for (Index t = 0; t < p; ++t) product = jacobian(derivatives, t) * product;
    auto top = dominant_pairs(product, 1);
    if (top.empty()) return std::nullopt;
    const double radius = std::pow(std::abs(top.front().value), 1.0 / static_cast<double>(p));
    if (!(radius >= 0.0)) return std::nullopt;
    orbit.radius = {radius, Rigour::floating};
    orbit.distance = std::nullopt;
    return LinearisedOrbit{std::move(orbit), std::move(derivatives), std::move(product), std::move(top.front())};
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

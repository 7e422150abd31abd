#include "theory/arithmetic/perron.h"

#include <Eigen/LU>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace unrecur {
namespace {

constexpr int kIterations = 300;
constexpr double kSettled = 1e-14;
constexpr double kLargestSpread = 1e8;
constexpr int kBisections = 24;

/// Bounds of ρ(M) from one positive vector (Collatz–Wielandt), in floating point.
struct Ratios {
  double low, high;
};

Ratios ratios(const Matrix<double>& m, const Vector<double>& v) {
  const Eigen::ArrayXd r = (m * v).array() / v.array();
  return {r.minCoeff(), r.maxCoeff<Eigen::PropagateNaN>()};
}

double spread(const Vector<double>& v) {
  return v.maxCoeff() / v.minCoeff();
}

struct Iterate {
  Vector<double> v;
  Ratios ratio;
  bool settled;
};

Iterate power_iteration(const Matrix<double>& m) {
  Iterate best{Vector<double>::Ones(m.rows()), {}, false};
  best.ratio = ratios(m, best.v);
  // The shift keeps v positive and breaks cycles; it slows a well separated ρ down by a factor of about five.
  const double shift = 0.25 * best.ratio.high;
  Vector<double> v = best.v;
  for (int i = 0; i < kIterations && !best.settled; ++i) {
    v = m * v + shift * v;
    v /= v.maxCoeff();
    if (!(v.minCoeff() > 0.0)) break;
    const Ratios r = ratios(m, v);
    if (r.high < best.ratio.high) best = {v, r, false};
    best.settled = r.high - r.low <= kSettled * r.high;
  }
  return best;
}

/// (tI − M)⁻¹ 1, or nothing where that is not positive, that is where t ≤ ρ(M) but for rounding.
std::optional<Vector<double>> resolvent(const Matrix<double>& m, double t) {
  Matrix<double> a = -m;
  a.diagonal().array() += t;
  Vector<double> v = a.partialPivLu().solve(Vector<double>::Ones(m.rows()));
  if (!v.allFinite() || !(v.minCoeff() > 0.0)) return std::nullopt;
  return v / v.maxCoeff();
}

/// Bisects t between bounds of ρ(M), keeping the vector with the smallest ratio among those of moderate spread.
Iterate resolvent_search(const Matrix<double>& m, Iterate best, double low, double high) {
  for (int i = 0; i < kBisections && high - low > 1e-10 * high; ++i) {
    const double t = 0.5 * (low + high);
    const std::optional<Vector<double>> v = resolvent(m, t);
    if (!v || !(spread(*v) <= kLargestSpread)) {
      low = t;
      continue;
    }
    const Ratios r = ratios(m, *v);
    high = t;
    if (r.high < best.ratio.high) best = {*v, r, false};
  }
  return best;
}

}  // namespace

std::vector<Vector<double>> resolvent_witnesses(const Matrix<double>& m, double low, double high) {
  std::vector<Vector<double>> found;
  if (!(low < high) || !m.allFinite()) return found;
  for (const double share : {1e-3, 0.01, 0.03, 0.1, 0.3, 0.7, 1.0}) {
    if (auto v = resolvent(m, low + share * (high - low))) found.push_back(std::move(*v));
  }
  return found;
}

Vector<double> power_witness(const MonotoneMap& map, const Vector<double>& start, int iterations) {
  constexpr double kFloor = 1e-6, kClose = 1e-9;
  Vector<double> v = start / start.maxCoeff(), best = v;
  double smallest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < iterations; ++i) {
    const Vector<double> image = map(v);
    const Eigen::ArrayXd r = image.array() / v.array();
    const double high = r.maxCoeff<Eigen::PropagateNaN>(), low = r.minCoeff();
    if (high < smallest) {
      smallest = high;
      best = v;
    }
    if (!(high < std::numeric_limits<double>::infinity()) || !(high > 0.0) || high - low <= kClose * high) break;
    v = image + 0.1 * high * v;
    v = (v / v.maxCoeff()).cwiseMax(kFloor);
  }
  return best;
}

Vector<double> perron_vector(const Matrix<double>& m) {
  return power_iteration(m).v;
}

Vector<double> perron_witness(const Matrix<double>& m) {
  const Vector<double> ones = Vector<double>::Ones(m.rows());
  const Ratios plain = ratios(m, ones);
  if (!(plain.high > 0.0)) return ones;
  Iterate found = power_iteration(m);
  const bool skewed = !(spread(found.v) <= kLargestSpread);
  if (found.settled && !skewed) return found.v;
  const double low = found.ratio.low;
  const double high = plain.high * (1.0 + 1e-3);
  if (skewed) found = {ones, plain, false};
  return resolvent_search(m, std::move(found), low, high).v;
}

}  // namespace unrecur

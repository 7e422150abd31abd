#include "theory/slope/lmi.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <Eigen/Cholesky>

#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {
namespace {

/// Zero, or within 2^±range: single precision fits into 2^±150, and no product below can underflow or overflow.
bool moderate(double x, int range) {
  return x == 0.0 || (std::abs(x) >= std::ldexp(1.0, -range) && std::abs(x) <= std::ldexp(1.0, range));
}

template <class M>
bool all_moderate(const M& m) {
  return std::all_of(m.data(), m.data() + m.size(), [](double x) { return moderate(x, 150); });
}

bool usable(const SlopeMap& map, const SlopeMultipliers& m) {
  const Index n = map.size();
  return map.well_formed() && m.p.rows() == n && m.p.cols() == n && m.lambda.size() == n && m.p == m.p.transpose() &&
         (m.lambda.array() >= 0.0).all() && all_moderate(map.w) && all_moderate(m.p) && all_moderate(m.lambda) &&
         moderate(map.leak, 30) && moderate(map.slope_low, 30) && moderate(map.slope_high, 30);
}

/// The block matrix, and for each of its entries the sum of the magnitudes of the terms that it was made of. Lower
/// triangles only in the diagonal blocks. c stands for λ² − (1 − α)².
struct Block {
  Matrix<double> entries, magnitudes;
  Index roundings = 0;  ///< |entries − exact| ≤ γ_roundings · magnitudes
};

Block form_block(const SlopeMap& map, const SlopeMultipliers& m, double c) {
  const Index n = map.size();
  const double stay = 1.0 - map.leak;
  const double both = map.slope_low + map.slope_high;
  const double ends = 2.0 * map.slope_low * map.slope_high;
  const Matrix<double> weighted = m.lambda.asDiagonal() * map.w;
  Block block{Matrix<double>::Zero(2 * n, 2 * n), Matrix<double>::Zero(2 * n, 2 * n), 8};

  block.entries.topLeftCorner(n, n) = c * m.p;
  block.magnitudes.topLeftCorner(n, n) = std::abs(c) * m.p.cwiseAbs();
  if (ends != 0.0) {
    block.entries.topLeftCorner(n, n) += ends * (map.w.transpose() * weighted);
    block.magnitudes.topLeftCorner(n, n) += std::abs(ends) * (map.w.cwiseAbs().transpose() * weighted.cwiseAbs());
    block.roundings += n;
  }
  block.entries.bottomLeftCorner(n, n) = (-map.leak * stay) * m.p - both * weighted;
  block.magnitudes.bottomLeftCorner(n, n) = (map.leak * stay) * m.p.cwiseAbs() + std::abs(both) * weighted.cwiseAbs();
  block.entries.bottomRightCorner(n, n) = -(map.leak * map.leak) * m.p;
  block.magnitudes.bottomRightCorner(n, n) = (map.leak * map.leak) * m.p.cwiseAbs();
  block.entries.bottomRightCorner(n, n).diagonal() += 2.0 * m.lambda;
  block.magnitudes.bottomRightCorner(n, n).diagonal() += 2.0 * m.lambda;
  return block;
}

/// Multiplies rows and columns by the powers of two that bring the diagonal near 1: exact, and M ⪰ 0 before if and only
/// if after. False where the diagonal is not positive.
bool equilibrate(Block& block) {
  const Index n = block.entries.rows();
  Vector<double> scale(n);
  for (Index i = 0; i < n; ++i) {
    const double entry = block.entries(i, i);
    if (!(entry > 0.0 && entry < kInfinity)) return false;
    scale(i) = std::ldexp(1.0, -std::ilogb(entry) / 2);
  }
  block.entries = scale.asDiagonal() * block.entries * scale.asDiagonal();
  block.magnitudes = scale.asDiagonal() * block.magnitudes * scale.asDiagonal();
  return true;
}

/// An upper bound of the 2-norm of the symmetric matrix with this lower triangle of nonnegative entries.
double symmetric_norm_up(const Matrix<double>& lower) {
  Vector<double> sums = lower.rowwise().sum() + lower.colwise().sum().transpose();
  return nonnegative_sum_up(sums.maxCoeff<Eigen::PropagateNaN>(), 3 * lower.rows());
}

}  // namespace

bool proved_lmi(const SlopeMap& map, const SlopeMultipliers& multipliers, double rate) {
  if (!usable(map, multipliers) || !(rate > 0.0 && moderate(rate, 100))) return false;
  if (!proved_semidefinite(multipliers.p, 0.0)) return false;
  // As P ⪰ 0, a smaller factor than λ² − (1 − α)² in front of it proves more.
  const double stay = subtract_up(1.0, map.leak);
  const double c = subtract_down(multiply_down(rate, rate), multiply_up(stay, stay));
  if (!moderate(c, 200)) return false;
  Block block = form_block(map, multipliers, c);
  // Magnitudes are rounded themselves, at most as often.
  const Index n = map.size();
  const double doubled = gamma_up(2 * block.roundings + 8);
  if (!equilibrate(block)) return false;
  const double rounding = multiply_up(doubled, symmetric_norm_up(block.magnitudes));
  const double underflow = multiply_up(8.0 * static_cast<double>(n), kUnderflow);
  return proved_semidefinite(std::move(block.entries), add_up(rounding, underflow));
}

std::string lmi_not_tried(const SlopeMap& map, const LmiOptions& options) {
  if (!map.well_formed()) return "not tried: the map is not finite";
  if (map.size() > options.largest_descent) {
    return "not tried, n = " + std::to_string(map.size()) + " (at most " + std::to_string(options.largest_descent) +
           ")";
  }
  if (all_moderate(map.w)) return {};
  const auto sizes = map.w.cwiseAbs().reshaped();
  const double largest = sizes.maxCoeff();
  const double least = (sizes.array() == 0.0).select(largest, sizes).minCoeff();
  std::ostringstream text;
  text << "not tried: recurrent weights from " << least << " to " << largest
       << " in size (at least 2^-150, at most 2^150)";
  return text.str();
}

double lmi_rate(const SlopeMap& map, const SlopeMultipliers& multipliers) {
  const Index n = map.size();
  const Eigen::LLT<Matrix<double>> metric(multipliers.p);
  if (metric.info() != Eigen::Success) return kInfinity;
  Matrix<double> block = form_block(map, multipliers, 0.0).entries;
  const double stay = 1.0 - map.leak;
  const Eigen::LLT<Matrix<double>> own(block.bottomRightCorner(n, n));
  if (own.info() != Eigen::Success) return kInfinity;
  // λ² P ⪰ (1 − α)² P − (corner at c = 0) + Bᵀ C⁻¹ B
  Matrix<double> half = block.bottomLeftCorner(n, n);
  own.matrixL().solveInPlace(half);
  Matrix<double> pencil = stay * stay * multipliers.p - block.topLeftCorner(n, n);
  pencil += half.transpose() * half;
  metric.matrixL().solveInPlace(pencil);
  pencil = metric.matrixL().solve(Matrix<double>(pencil.transpose()));
  const Vector<double> values = symmetric_eigenvalues(std::move(pencil));
  return values.size() > 0 && values(n - 1) < kInfinity ? std::sqrt(std::max(0.0, values(n - 1))) : kInfinity;
}

SlopeMultipliers diagonal_multipliers(const SlopeMap& map, const Vector<double>& d) {
  const Matrix<double> scaled = d.asDiagonal() * map.w * d.cwiseInverse().asDiagonal();
  const double centre = 0.5 * (map.slope_low + map.slope_high);
  const double radius = 0.5 * (map.slope_high - map.slope_low);
  Matrix<double> middle = (map.leak * centre) * scaled;
  middle.diagonal().array() += 1.0 - map.leak;
  const double spread = radius * spectral_norm_upper(scaled);
  // (‖middle‖ + α r ‖W_D‖)² is the least over t of the bound that t D² gives; where W = 0 any t above α²/2 will do.
  const double ratio = spread > 0.0 ? spectral_norm_upper(middle) / spread : 1.0;
  Matrix<double> p = d.cwiseAbs2().asDiagonal();
  Vector<double> lambda = (0.5 * map.leak * (map.leak + ratio)) * d.cwiseAbs2();
  return {std::move(p), std::move(lambda)};
}

}  // namespace unrecur

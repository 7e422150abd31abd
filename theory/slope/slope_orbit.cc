#include "theory/slope/slope_orbit.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/slope/stein.h"

namespace unrecur {
namespace {

/// True proves that the rows of A are linearly independent.
bool proved_full_row_rank(Matrix<double> a) {
  if (a.rows() == 0 || a.cols() < a.rows() || !a.allFinite()) return false;
  for (Index i = 0; i < a.rows(); ++i) {
    const double largest = a.row(i).cwiseAbs().maxCoeff();
    if (largest < 0x1p-900) return false;
    a.row(i) *= std::ldexp(1.0, -std::ilogb(largest));  // exact but for what underflows, far below the proof's slack
  }
  const Matrix<double> gram = gram_lower(a, true);
  const double size = frobenius_norm_upper(a);
  const double error = multiply_up(gamma_up(a.cols() + 2), multiply_up(size, size));
  return proved_semidefinite(gram, add_up(2.0 * error, 0x1p-500));
}

bool power_of_two(double x) {
  int exponent = 0;
  return x == 0.0 || std::abs(std::frexp(x, &exponent)) == 0.5;
}

/// J(Σ) with a bound of its rounding error in the 2-norm.
struct RoundedJacobian {
  Matrix<double> matrix;
  double error = 0.0;
};

RoundedJacobian jacobian(const SlopeMap& map, const Vector<double>& slopes) {
  const Index n = map.size();
  RoundedJacobian j{(map.leak * slopes).asDiagonal() * map.w, 0.0};
  const bool exact = map.leak == 1.0 && std::all_of(slopes.begin(), slopes.end(), power_of_two) &&
                     (j.matrix.array() == 0.0 || j.matrix.array().abs() > 0x1p-1000).all();
  if (exact) return j;
  // Three roundings of each product, two of the diagonal.
  const double magnitudes = add_up(frobenius_norm_upper(j.matrix), static_cast<double>(n));
  j.matrix.diagonal().array() += 1.0 - map.leak;
  const double underflow = multiply_up(4.0 * static_cast<double>(n), kUnderflow);
  j.error = add_up(multiply_up(gamma_up(5), magnitudes), underflow);
  return j;
}

}  // namespace

SlopesReached slopes_reached(const Cell<double>& cell) {
  const std::optional<SlopeMap> map = slope_map(cell);
  const Matrix<double>* u = find_parameter(cell.parameters(), "weight_ih_l0");
  if (!map || map->constant() || !map->well_formed() || u == nullptr || u->rows() != map->size()) {
    return SlopesReached::unknown;
  }
  if (proved_full_row_rank(*u)) return SlopesReached::at_every_state;
  Matrix<double> both(map->size(), map->size() + u->cols());
  both << map->w, *u;
  return proved_full_row_rank(std::move(both)) ? SlopesReached::over_all_states : SlopesReached::unknown;
}

double slope_orbit_radius_down(const SlopeMap& map, const Matrix<double>& slopes) {
  const Index n = map.size();
  const Index p = slopes.cols();
  if (!map.well_formed() || slopes.rows() != n || p < 1) return 0.0;
  if (!((slopes.array() >= map.slope_low) && (slopes.array() <= map.slope_high)).all()) return 0.0;
  Matrix<double> cycle = Matrix<double>::Zero(n * p, n * p);
  double error = 0.0;  // that of a block-cyclic matrix is that of its worst block
  for (Index i = 0; i < p; ++i) {
    const RoundedJacobian j = jacobian(map, slopes.col(i));
    cycle.block(n * ((i + 1) % p), n * i, n, n) = j.matrix;
    error = std::max(error, j.error);
  }
  if (!cycle.allFinite()) return 0.0;
  return spectral_radius_down(cycle, error);
}

}  // namespace unrecur

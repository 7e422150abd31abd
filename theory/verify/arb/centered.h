#pragma once

#include <vector>

#include "models/arrays/matrix.h"
#include "theory/verify/arb/ball.h"

namespace unrecur::verify {

/// A state known to within a box around exact numbers: |s_j − middle_j| ≤ radius_j 2^exponent. The radii are doubles
/// with an exponent of their own, since they may be far smaller than doubles get.
struct CenteredState {
  std::vector<Ball> middle{};  ///< of radius zero
  Vector<double> radius{};
  slong exponent = 0;

  /// Exactly zero; the exponent is that of the roundings to come.
  static CenteredState zero(std::size_t size, slong exponent);
  /// The same box, or a little more, with radii in units of 2^to.
  void rescale(slong to);
  /// The box as balls.
  std::vector<Ball> balls() const;
  bool lost() const;  ///< wider than any use, or NaN
};

/// The least that a sum of nonnegative doubles of so many terms, in any order, has to be multiplied by to be an upper
/// bound of the exact one.
double upwards(Index terms);

/// radius 2^exponent as a ball of radius zero.
Ball scaled(double radius, slong exponent);

/// One coefficient for each row: the numbers of a ball as a double and an upper bound of the distance to all of them.
struct Coefficients {
  Vector<double> value, distance;
  explicit Coefficients(const std::vector<Ball>& balls);
};

/// A block of rows of the recurrent matrix, each times a coefficient of its own.
struct Term {
  const Coefficients& by;
  const Eigen::Ref<const Matrix<double>> rows;
  const Vector<double>& reach;  ///< |rows| r, an upper bound
};

/// An upper bound of Σ_k |Σ_terms c_j R_jk + d_j δ_jk| r_k for all coefficients c of the terms and d of the diagonal,
/// row by row: how far what lies within r of the middle can be moved from its image. `own` is null for no diagonal.
Vector<double> moved(const std::vector<Term>& terms, const Coefficients* own, const Vector<double>& r);

/// |c_j| r_j for all numbers of the coefficients, an upper bound.
Vector<double> stretched(const Coefficients& by, const Vector<double>& r);

/// |A| r, an upper bound.
Vector<double> reach_of(const Eigen::Ref<const Matrix<double>>& a, const Vector<double>& r);

/// The new state: middles of the image of the old middle, and radii from their own rounding and `moved`, which is in
/// units of 2^exponent.
CenteredState recentered(std::vector<Ball> image, const Vector<double>& moved, slong exponent);

}  // namespace unrecur::verify

#pragma once

#include <limits>
#include <vector>

#include "models/arrays/matrix.h"
#include "theory/verify/balls/ball.h"

namespace unrecur::verify {

/// A state known to within a box around exact numbers: |s_j − middle_j| ≤ radius_j 2^exponent. The radii are doubles
/// with an exponent of their own, since they may be far smaller than doubles get.
struct CenteredState {
  std::vector<Ball> middle{};  ///< of radius zero
  Vector<double> radius{};
  slong exponent = 0;

  /// The box as balls.
  std::vector<Ball> balls() const;
};

/// A block of a Jacobian over a box: J = value + E for some E with |E| r ≤ off, r the radii of the box. A value without
/// entries is zero.
struct Linear {
  Matrix<double> value;
  Vector<double> off;
};

/// A map over a box around its middle m: φ(m), whose balls are as wide as it was rounded, and the Jacobian J with φ(s)
/// − φ(m) = J (s − m) for every s of the box. `off` is in the units of the box. Where balls of the whole image are all
/// that is known, they stand for φ(m) and J is zero: the state is as far from their middle as they are wide.
struct Image {
  std::vector<Ball> middle;
  Linear jacobian;
};

/// What an entry that leaves the range of normal doubles below is off by, at most.
inline constexpr double kTiny = std::numeric_limits<double>::min();

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

/// Σ_terms diag(c) R + (diag(d), 0) for all coefficients c of the terms and d of the diagonal; `own` is null for no
/// diagonal.
Linear combined(const std::vector<Term>& terms, const Coefficients* own, const Vector<double>& r);

/// diag(c) R A.
Linear chained(const Coefficients& by, const Eigen::Ref<const Matrix<double>>& rows, const Linear& a,
               const Vector<double>& r);

/// A + B.
Linear sum_of(const Linear& a, const Linear& b, const Vector<double>& r);

/// An upper bound of |value| r + off.
Vector<double> moved(const Linear& a, const Vector<double>& r);

/// (sup |c_j − value_j|) r_j over the numbers c of the coefficients, an upper bound.
Vector<double> spread(const Coefficients& by, const Vector<double>& r);

/// |A| r, an upper bound.
Vector<double> reach_of(const Eigen::Ref<const Matrix<double>>& a, const Vector<double>& r);

/// The radius of a ball over 2^exponent, rounded up.
double radius_in(const Ball& ball, slong exponent);

}  // namespace unrecur::verify

#pragma once

#include <optional>
#include <vector>

#include "models/arrays/matrix.h"
#include "theory/verify/balls/ball.h"

namespace unrecur::verify {

/// A matrix of balls, column by column.
class BallMatrix {
 public:
  BallMatrix(Index rows, Index cols) : rows_(rows), entries_(static_cast<std::size_t>(rows * cols)) {}
  Ball& operator()(Index i, Index j) { return entries_[static_cast<std::size_t>(i + rows_ * j)]; }
  const Ball& operator()(Index i, Index j) const { return entries_[static_cast<std::size_t>(i + rows_ * j)]; }
  Index rows() const { return rows_; }
  Index cols() const { return rows_ == 0 ? 0 : static_cast<Index>(entries_.size()) / rows_; }

 private:
  Index rows_;
  std::vector<Ball> entries_;
};

/// Proves S ≻ 0 by Cholesky's factorisation in balls: every matrix of the balls has positive pivots.
bool surely_definite(const BallMatrix& s);

/// Proves ‖A‖₂ < r, that is r² I − AᵀA ≻ 0.
bool norm_surely_below(const BallMatrix& a, const Ball& r);

/// Proves ‖A‖₂ ≤ r: below it, or where A is zero and nothing else also at r = 0.
bool norm_surely_at_most(const BallMatrix& a, const Ball& r);

/// About ‖A‖₂, a little too large rather than too small. A guess: no proof may rest on it before the norm is proved to
/// be below it.
double guess_of_norm(const Matrix<double>& a);

/// N with ‖diag(scales) A‖₂ < N, proved; nothing where the guess at N fails.
std::optional<Ball> norm_of_rows(const std::vector<Ball>& scales, const Matrix<double>& a);

/// Proves ‖K‖₂ ≤ r of a matrix with two rows, through the characteristic polynomial of K Kᵀ.
bool two_rows_at_most(const std::vector<Ball>& first, const std::vector<Ball>& second, const Ball& r);

/// Proves r² P − AᵀPA ≻ 0 and P ≻ 0: ‖A s‖_P < r ‖s‖_P.
bool metric_norm_surely_below(const BallMatrix& a, const BallMatrix& p, const Ball& r);

/// A B by Arb's own product, some twenty times as fast as ball by ball.
BallMatrix product(const Matrix<double>& a, const Matrix<double>& b);
BallMatrix product(const Matrix<double>& a, const BallMatrix& b);
BallMatrix product(const BallMatrix& a, const BallMatrix& b);

/// AᵀA
BallMatrix gram(const BallMatrix& a);

/// About A⁻¹ for the midpoints of A: a guess, like the norm's. Nothing where they are singular.
std::optional<BallMatrix> guess_of_inverse(const BallMatrix& a);

/// A⁻¹ enclosed, for every matrix of the balls; nothing where one of them is not proved to be invertible.
std::optional<BallMatrix> surely_inverse(const BallMatrix& a);

/// Proves ρ(A) ≥ r for every matrix of the balls: an eigenvalue of that modulus is enclosed (Rump's method, as in Arb).
/// False too where the largest eigenvalues are multiple or too near each other to be told apart. Costs n³.
bool radius_surely_at_least(const BallMatrix& a, double r);

}  // namespace unrecur::verify

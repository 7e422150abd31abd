#pragma once

#include <cstdint>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Approximate largest singular triples of W (rows × cols) from a block of b trial right vectors: Rayleigh–Ritz on WᵀW
/// with Chebyshev-filtered subspace iteration.
///
/// Products with W run in S; the block itself (orthogonality, Ritz values) is kept in double, where it costs little.
/// Every Ritz value θ_i is a lower bound of σ_i but for rounding, never an upper one. Deterministic. Source: Zhou,
/// Saad, Tiago and Chelikowsky (2006) for the filter; docs/theory.md.
template <class S>
class RitzBlock {
 public:
  /// `start` (cols × b) need not be orthonormal. Keeps a reference to w.
  RitzBlock(const Matrix<S>& w, const Matrix<double>& start);

  /// One Rayleigh–Ritz step: makes the block orthonormal, rotates it to Ritz vectors, largest first, and computes
  /// residuals. Costs two products of W with the block.
  void solve();

  Index size() const { return v_.cols(); }
  const Vector<double>& values() const { return values_; }        ///< θ
  const Matrix<double>& right() const { return v_; }              ///< v_i, orthonormal
  const Matrix<S>& images() const { return y_; }                  ///< W v_i = θ_i u_i
  const Vector<double>& residuals() const { return residuals_; }  ///< ‖WᵀW v_i − θ_i² v_i‖₂

  /// v_i ← T_degree(2 WᵀW/edge² − 1) v_i: parts with σ ≤ edge stay, those above grow like
  /// exp(degree · acosh(2σ²/edge² − 1)). Costs 2 (degree − 1) products. Needs solve() before and after.
  void filter(int degree, double edge);

  /// Adds pseudo-random trial vectors. Needs solve() after.
  void append(Index count, std::uint64_t seed);

 private:
  void orthonormalise();
  /// WᵀW x.
  Matrix<S> apply(const Matrix<S>& x) const;

  const Matrix<S>& w_;
  Matrix<double> v_;
  Matrix<S> y_, z_;  // W V and Wᵀ W V
  Vector<double> values_, residuals_;
};

/// `count` columns of numbers in [−1, 1], the same on every machine.
Matrix<double> hashed_columns(Index rows, Index count, std::uint64_t seed);

}  // namespace unrecur

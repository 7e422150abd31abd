#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// A set of matrices, n × n: a center, and rank-one terms of which only bounds are known.
///
///     J = C + E + Σ_k δ_k l_k r_kᵀ,   |δ_k| ≤ radius_k,   |E| ≤ slack entry by entry
///
/// The slack is what rounding made of the center; it is some 1e-15 of the entries.
struct UncertainMatrix {
  Matrix<double> center, slack;
  Matrix<double> left, right;  ///< n × terms: l_k and r_k as columns
  Vector<double> radius;       ///< at least 0, one for each term
  bool empty = false;          ///< no matrix at all, whatever the rest says

  /// All of it zero.
  static UncertainMatrix zero(Index n, Index terms) {
    return {Matrix<double>::Zero(n, n), Matrix<double>::Zero(n, n), Matrix<double>::Zero(n, terms),
            Matrix<double>::Zero(n, terms), Vector<double>::Zero(terms)};
  }
  void set_term(Index k, const Vector<double>& l, const Vector<double>& r, double bound) {
    left.col(k) = l;
    right.col(k) = r;
    radius(k) = bound;
  }
};

}  // namespace unrecur

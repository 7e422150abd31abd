#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// A matrix V = [Wᵀ; R] of logits z = V h: the rows R (r × n) that a decoder has of its own, under the vectors W
/// (n × w, a symbol each) that it shares with an embedding. Either part may be missing. Holds references only.
template <class S>
struct LogitRows {
  const Matrix<S>* own = nullptr;     ///< R
  const Matrix<S>* shared = nullptr;  ///< the embedding, of which columns first to first + count − 1 are W
  Index first = 0, count = 0;

  Index rows() const { return count + (own == nullptr ? 0 : own->rows()); }
  /// z = V h, for z of rows() rows.
  void apply(const ConstMatrixRef<S>& h, MatrixRef<S> z) const;
  /// d_h = Vᵀ d_z.
  void pull_back(const ConstMatrixRef<S>& d_z, MatrixRef<S> d_h) const;
};

/// Where the gradient of such a matrix is added: d_z hᵀ. Shapes are those of the weights, of all columns of the
/// embedding; null for what is missing.
template <class S>
struct LogitRowsGradient {
  Matrix<S>* own = nullptr;
  Matrix<S>* shared = nullptr;

  void add(const LogitRows<S>& rows, const ConstMatrixRef<S>& d_z, const ConstMatrixRef<S>& h) const;
};

}  // namespace unrecur

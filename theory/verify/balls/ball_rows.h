#pragma once

#include <cstddef>
#include <vector>

#include "theory/verify/balls/ball.h"

namespace unrecur::verify {

/// Rows of doubles as balls, made once for many products.
class BallRows {
 public:
  explicit BallRows(const Matrix<double>& a) : cols_(a.cols()) {
    static_assert(sizeof(Ball) == sizeof(arb_struct), "balls lie in a vector as Arb's numbers do in an array");
    entries_.reserve(static_cast<std::size_t>(a.size()));
    for (Index j = 0; j < a.rows(); ++j) {
      for (Index k = 0; k < a.cols(); ++k) entries_.emplace_back(a(j, k));
    }
  }

  /// first + Σ_k A_row,k v_k over the columns of A, rounded once.
  Ball dot(Index row, const Ball* v, const Ball& first) const {
    Ball sum;
    arb_dot(sum.raw(), first.raw(), 0, entries_[static_cast<std::size_t>(row * cols_)].raw(), 1, v->raw(), 1, cols_,
            Ball::bits());
    return sum;
  }

 private:
  Index cols_;
  std::vector<Ball> entries_;
};

}  // namespace unrecur::verify

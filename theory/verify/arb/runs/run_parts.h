#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "theory/verify/arb/prepared_layer.h"
#include "theory/verify/balls/ball_rows.h"

namespace unrecur::verify {

// What the layers of this folder have in common.

inline std::size_t at(Index k) {
  return static_cast<std::size_t>(k);
}

/// Bits of what is computed over boxes: their own width is what counts there.
inline constexpr slong kNarrow = 64;

inline Ball entry_of(const Matrix<double>* column, Index row) {
  return column == nullptr ? Ball(0.0) : Ball((*column)(row, 0));
}

/// Every number within `by` of those of the ball.
inline Ball widened_by(Ball ball, const Ball& by) {
  ball.widen(by);
  return ball;
}

/// BallRows::dot of a row that is needed now and then, where balls of all of them would take much memory.
inline Ball sparing_dot(const Matrix<double>& a, Index row, const Balls& v, const Ball& first) {
  if (v.empty()) return first;
  Balls own;
  own.reserve(v.size());
  for (Index k = 0; k < a.cols(); ++k) own.emplace_back(a(row, k));
  Ball sum;
  arb_dot(sum.raw(), first.raw(), 0, own.data()->raw(), 1, v.data()->raw(), 1, a.cols(), Ball::bits());
  return sum;
}

/// What a preactivation reads of the box: R, and (R, U) where the inputs are in it.
inline Matrix<double> read_of_box(const Matrix<double>& recurrent, const Matrix<double>& input, Inlet inlet) {
  if (inlet == Inlet::exact) return recurrent;
  Matrix<double> both(recurrent.rows(), recurrent.cols() + input.cols());
  both << recurrent, input;
  return both;
}

}  // namespace unrecur::verify

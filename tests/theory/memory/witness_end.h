#pragma once

#include "models/layers/cell.h"
#include "theory/verify/memory.h"

namespace unrecur::testing {

/// The state that these inputs and then the common ones of a witness lead to from zero, step by step.
inline Vector<double> end_of(const Cell<double>& cell, const Matrix<double>& prefix, const verify::Memory& w) {
  Matrix<double> state = Matrix<double>::Zero(cell.shape().state, 1);
  for (Index t = 0; t < prefix.cols(); ++t) state = step<double>(cell, state, prefix.col(t));
  for (Index t = 0; t < w.steps; ++t) state = step<double>(cell, state, w.suffix.col(t % w.suffix.cols()));
  return state;
}

}  // namespace unrecur::testing

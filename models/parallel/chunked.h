#pragma once

#include "models/layers/cell.h"

namespace unrecur {

/// The states of one sequence x (m × T) from the zero state, state × T: one step after the other. As full_states
/// (models/truncation/orders.h), but that the memory beside the result does not grow with T.
Matrix<double> sequential_states(const Cell<double>& cell, const ConstMatrixRef<double>& x);
/// The same into memory at hand. Throws UsageError unless `states` is state × T.
void sequential_states(const Cell<double>& cell, const ConstMatrixRef<double>& x, MatrixRef<double> states);

/// The same by parts of the sequence that run side by side, as the columns of one batch: what was a product of a matrix
/// and a vector in every step is one of two matrices.
///
/// Part p of P covers C = ⌈T/P⌉ steps (the first what is left) and starts from the zero state `warm_up` steps earlier,
/// or at the sequence's beginning, where its states are those of the recurrence but for rounding. So the state at a
/// step is that of the truncated model of some order k > warm_up, or the recurrence's own.
struct ChunkedRun {
  Index chunks = 0;  ///< P
  Index warm_up = 0;
  /// The largest Euclidean distance, over all parts but the first, between the state from which a part goes on after
  /// warming up and the last state of the part before it.
  double mismatch = 0.0;
};

/// Throws UsageError unless chunks ≥ 1, warm_up ≥ 0 and `states` is state × T. Costs C + warm_up steps on up to P
/// columns.
ChunkedRun chunked_states(const Cell<double>& cell, const ConstMatrixRef<double>& x, Index chunks, Index warm_up,
                          MatrixRef<double> states);

/// A number of parts for which warming up costs at most about a quarter of the steps, from 1 to 64.
Index suitable_chunks(Index steps, Index warm_up);

}  // namespace unrecur

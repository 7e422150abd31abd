#pragma once

#include <functional>
#include <optional>
#include <span>

#include "models/layers/cell.h"

namespace unrecur {

struct MeasureOptions {
  double epsilon = 1e-3;  ///< above 0
  /// C s of states s, one column for each: what the gap is one of; none: s itself. Linear.
  std::function<Matrix<double>(const ConstMatrixRef<double>&)> observed{};
  Index longest = 1 << 16;       ///< orders beyond which none is looked at
  double seconds = 20.0;         ///< wall time, about
  std::function<bool()> stop{};  ///< asked now and then whether to leave
};

/// How near the truncated models of a cell come to it along sequences, in floating point: no bound of anything.
struct MeasuredContext {
  /// The smallest k with ‖C s_t − C s_t^k‖₂ ≤ ε at every step t of every sequence; nothing where none was found in
  /// time.
  std::optional<Index> steps{};
  Index orders = 0;      ///< how many were looked at
  double largest = 0.0;  ///< gap over all steps, of that k or else of the last order looked at
  double median = 0.0;   ///< likewise
};

/// Goes through the orders k = 1, 2, …, each in one sweep over all steps (models/truncation/orders.h). Sequences are
/// m × T. Throws UsageError where there is none, they are of another size, or ε is not a number above 0. Costs one step
/// on T columns for each order.
MeasuredContext measure_context(const Cell<double>& cell, std::span<const Matrix<double>> sequences,
                                const MeasureOptions& options = {});

}  // namespace unrecur

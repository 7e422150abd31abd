#pragma once

#include <span>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Where the columns of a batch of sequences of different lengths lie.
///
/// Sequences are sorted by length, longest first. Step t holds one column for each sequence that is still running, in
/// that order, and steps follow one another:
///
///     step 0: columns [0, width(0))    step 1: columns [begin(1), begin(1) + width(1))    ...
///
/// So the states before step t of the sequences running in it are the first width(t) columns of step t − 1, and no
/// column is ever padding: a batch computes exactly what its sequences compute one by one.
class Packing {
 public:
  Packing() = default;
  /// Lengths must not increase and must be at least 1; throws UsageError otherwise.
  explicit Packing(std::span<const Index> lengths);
  /// One sequence of T steps.
  static Packing single(Index steps);
  /// B sequences of T steps each.
  static Packing uniform(Index steps, Index batch);

  Index steps() const { return static_cast<Index>(begin_.size()) - 1; }
  Index batch() const { return steps() == 0 ? 0 : width(0); }
  Index columns() const { return begin_.back(); }
  Index begin(Index t) const { return begin_[static_cast<std::size_t>(t)]; }
  Index width(Index t) const { return begin(t + 1) - begin(t); }
  /// Column of sequence b at step t.
  Index column(Index b, Index t) const { return begin(t) + b; }
  Index length(Index b) const;

 private:
  std::vector<Index> begin_{0};
};

/// The column of each sequence at its last step, rows × batch.
template <class M>
auto last_columns(const Packing& packing, const M& columns) {
  Matrix<typename M::Scalar> last(columns.rows(), packing.batch());
  for (Index b = 0; b < packing.batch(); ++b) last.col(b) = columns.col(packing.column(b, packing.length(b) - 1));
  return last;
}

}  // namespace unrecur

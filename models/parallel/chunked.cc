#include "models/parallel/chunked.h"

#include <algorithm>

#include "base/errors.h"
#include "base/expected.h"

namespace unrecur {
namespace {

/// Columns whose input products are made at once: enough for fast products, few enough to stay in the cache.
constexpr Index kColumnsAtOnce = 2048;

/// The parts of a sequence, the last one in column 0: so those that have begun are always the first columns.
class Parts {
 public:
  Parts(Index steps, Index chunks)
      : steps_(steps), length_((steps + chunks - 1) / chunks), count_((steps + length_ - 1) / length_) {}

  Index length() const { return length_; }
  Index count() const { return count_; }
  /// The step that the part in this column does at its own step j; negative before the sequence.
  Index time(Index column, Index j) const { return steps_ - (column + 1) * length_ + j; }
  /// How many have begun at their step j.
  Index begun(Index j) const {
    Index columns = count_;
    while (columns > 0 && time(columns - 1, j) < 0) --columns;
    return columns;
  }

 private:
  Index steps_, length_, count_;
};

/// Inputs of steps j … j + steps − 1 of all parts, one step after the other; zero before the sequence.
Matrix<double> inputs_of(const Parts& parts, const ConstMatrixRef<double>& x, Index j, Index steps) {
  Matrix<double> block(x.rows(), steps * parts.count());
  for (Index i = 0; i < steps; ++i) {
    for (Index column = 0; column < parts.count(); ++column) {
      const Index t = parts.time(column, j + i);
      if (t < 0) {
        block.col(i * parts.count() + column).setZero();
      } else {
        block.col(i * parts.count() + column) = x.col(t);
      }
    }
  }
  return block;
}

double largest_mismatch(const Parts& parts, const Matrix<double>& warmed, const Matrix<double>& states) {
  double largest = 0.0;
  for (Index column = 0; column + 1 < parts.count(); ++column) {
    largest = std::max(largest, (warmed.col(column) - states.col(parts.time(column, -1))).norm());
  }
  return largest;
}

}  // namespace

Matrix<double> sequential_states(const Cell<double>& cell, const ConstMatrixRef<double>& x) {
  const Index steps = x.cols();
  Matrix<double> states(cell.shape().state, steps);
  Matrix<double> state = Matrix<double>::Zero(cell.shape().state, 1);
  for (Index begin = 0; begin < steps; begin += kColumnsAtOnce) {
    const Index count = std::min(kColumnsAtOnce, steps - begin);
    const auto map = cell.fix_inputs(x.middleCols(begin, count));
    for (Index i = 0; i < count; ++i) {
      map->apply(state, i, states.middleCols(begin + i, 1));
      state = states.col(begin + i);
    }
  }
  return states;
}

ChunkedStates chunked_states(const Cell<double>& cell, const ConstMatrixRef<double>& x, Index chunks, Index warm_up) {
  if (chunks < 1) throw UsageError(expected_but_found("at least one part of a sequence", chunks));
  if (warm_up < 0) throw UsageError(expected_but_found("at least 0 steps to warm up", warm_up));
  const Index steps = x.cols();
  ChunkedStates run{Matrix<double>(cell.shape().state, steps), 0, std::min(warm_up, steps)};
  if (steps == 0) return run;
  const Parts parts(steps, std::min(chunks, steps));
  run.chunks = parts.count();
  Matrix<double> now = Matrix<double>::Zero(cell.shape().state, parts.count()), next = now, warmed = now;
  const Index at_once = std::max<Index>(1, kColumnsAtOnce / parts.count());
  for (Index begin = -run.warm_up; begin < parts.length(); begin += at_once) {
    const Index count = std::min(at_once, parts.length() - begin);
    const auto map = cell.fix_inputs(inputs_of(parts, x, begin, count));
    for (Index i = 0; i < count; ++i) {
      const Index j = begin + i, columns = parts.begun(j);
      if (j == 0) warmed = now;
      map->apply(now.leftCols(columns), i * parts.count(), next.leftCols(columns));
      now.leftCols(columns).swap(next.leftCols(columns));
      for (Index column = 0; j >= 0 && column < columns; ++column)
        run.states.col(parts.time(column, j)) = now.col(column);
    }
  }
  run.mismatch = largest_mismatch(parts, warmed, run.states);
  return run;
}

Index suitable_chunks(Index steps, Index warm_up) {
  return std::clamp<Index>(steps / (4 * std::max<Index>(warm_up, 1)), 1, 64);
}

}  // namespace unrecur

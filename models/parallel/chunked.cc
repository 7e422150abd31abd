#include "models/parallel/chunked.h"

#include <algorithm>

#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/large_matrix.h"

namespace unrecur {
namespace {

/// Columns of one pass of the layer: enough for fast products, few enough to stay in the cache.
constexpr Index kColumnsAtOnce = 256;

/// The states of a packed batch after every step, pass after pass, each of which begins where the one before ended.
class Passes {
 public:
  Passes(const Cell<double>& cell, Index columns)
      : cell_(cell), now_(Matrix<double>::Zero(cell.shape().state, columns)) {}

  const Matrix<double>& now() const { return now_; }
  /// The first columns of now(), as many as the packing has sequences of one length, go on along x. The reference holds
  /// until the next pass.
  const Matrix<double>& forward(const Packing& packing, const ConstMatrixRef<double>& x) {
    cell_.run(packing, x, now_.leftCols(packing.batch()), states_);
    now_.leftCols(packing.batch()) = states_.rightCols(packing.batch());
    return states_;
  }

 private:
  const Cell<double>& cell_;
  Matrix<double> now_, states_;
};

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
  /// Where the steps from j on end that can be done in one pass: at most so many, none past `end`, no other part
  /// begins.
  Index block_end(Index j, Index at_most, Index end) const {
    Index last = j + 1;
    while (last < std::min(j + at_most, end) && begun(last) == begun(j)) ++last;
    return last;
  }

 private:
  Index steps_, length_, count_;
};

/// Inputs of steps j … j + steps − 1 of the first columns, one step after the other.
Matrix<double> inputs_of(const Parts& parts, const ConstMatrixRef<double>& x, Index j, Index steps, Index columns) {
  Matrix<double> block(x.rows(), steps * columns);
  for (Index i = 0; i < steps; ++i) {
    for (Index column = 0; column < columns; ++column)
      block.col(i * columns + column) = x.col(parts.time(column, j + i));
  }
  return block;
}

double largest_mismatch(const Parts& parts, const Matrix<double>& warmed, const ConstMatrixRef<double>& states) {
  double largest = 0.0;
  for (Index column = 0; column + 1 < parts.count(); ++column) {
    largest = std::max(largest, (warmed.col(column) - states.col(parts.time(column, -1))).norm());
  }
  return largest;
}

void require_states(const Cell<double>& cell, const ConstMatrixRef<double>& x, const MatrixRef<double>& states) {
  if (states.rows() != cell.shape().state || states.cols() != x.cols()) {
    throw UsageError("states of " + std::to_string(states.rows()) + " × " + std::to_string(states.cols()) +
                     " where a run has " + std::to_string(cell.shape().state) + " × " + std::to_string(x.cols()));
  }
}

}  // namespace

void sequential_states(const Cell<double>& cell, const ConstMatrixRef<double>& x, MatrixRef<double> states) {
  require_states(cell, x, states);
  Passes passes(cell, 1);
  for (Index begin = 0; begin < x.cols(); begin += kColumnsAtOnce) {
    const Index count = std::min(kColumnsAtOnce, x.cols() - begin);
    states.middleCols(begin, count) = passes.forward(Packing::single(count), x.middleCols(begin, count));
  }
}

Matrix<double> sequential_states(const Cell<double>& cell, const ConstMatrixRef<double>& x) {
  Matrix<double> states = large_matrix(cell.shape().state, x.cols());
  sequential_states(cell, x, states);
  return states;
}

ChunkedRun chunked_states(const Cell<double>& cell, const ConstMatrixRef<double>& x, Index chunks, Index warm_up,
                          MatrixRef<double> states) {
  require_states(cell, x, states);
  if (chunks < 1) throw UsageError(expected_but_found("at least one part of a sequence", chunks));
  if (warm_up < 0) throw UsageError(expected_but_found("at least 0 steps to warm up", warm_up));
  const Index steps = x.cols();
  ChunkedRun run{.warm_up = std::min(warm_up, steps)};
  if (steps == 0) return run;
  const Parts parts(steps, std::min(chunks, steps));
  run.chunks = parts.count();
  Passes passes(cell, parts.count());
  const Index at_once = std::max<Index>(1, kColumnsAtOnce / parts.count());
  Matrix<double> warmed = passes.now();
  for (Index begin = -run.warm_up, end = 0; begin < parts.length(); begin = end) {
    end = parts.block_end(begin, at_once, begin < 0 ? 0 : parts.length());
    const Index columns = parts.begun(begin), count = end - begin;
    if (columns == 0) continue;
    if (begin == 0) warmed = passes.now();
    const Matrix<double>& block =
        passes.forward(Packing::uniform(count, columns), inputs_of(parts, x, begin, count, columns));
    for (Index i = 0; begin >= 0 && i < count; ++i) {
      for (Index column = 0; column < columns; ++column)
        states.col(parts.time(column, begin + i)) = block.col(i * columns + column);
    }
  }
  run.mismatch = largest_mismatch(parts, warmed, states);
  return run;
}

Index suitable_chunks(Index steps, Index warm_up) {
  return std::clamp<Index>(steps / (4 * std::max<Index>(warm_up, 1)), 1, 64);
}

}  // namespace unrecur

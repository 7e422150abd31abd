#pragma once

#include <memory>
#include <optional>

#include "models/arrays/matrix.h"
#include "models/layers/sequence_layer.h"

namespace unrecur {

/// Sizes of a recurrence s' = φ(s, x) with output h, a block of rows of the state.
///
/// For an Elman network the state is h itself; for an LSTM it is (c, h), so state = 2n, output = n, output_row = n; for
/// a stack it is the states of all layers, and the output is that of the last.
struct CellShape {
  Index input = 0;       ///< m
  Index state = 0;       ///< size of the full state s
  Index output = 0;      ///< size of h
  Index output_row = 0;  ///< first row of h in s; −1 where h is a function of s, but no block of its rows
};

/// The Jacobian ∂φ/∂s at c points, as an operator: J_i acts on column i.
///
/// V has c columns, or any number of columns where there is one point.
template <class S>
class Jacobian {
 public:
  virtual ~Jacobian() = default;
  /// out = J V; cost of one step of the recurrence per column.
  virtual void apply(const ConstMatrixRef<S>& v, Matrix<S>& out) const = 0;
  /// out = J V + (∂φ/∂x) U, where U has one column of size m for each column of V.
  virtual void apply_with_input(const ConstMatrixRef<S>& v, const ConstMatrixRef<S>& u, Matrix<S>& out) const = 0;
  /// out = Jᵀ V.
  virtual void apply_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const = 0;
  /// out = (∂φ/∂x)ᵀ V, one column of size m for each column of V.
  virtual void apply_input_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const = 0;
  /// Column i becomes the diagonal of J_i; `out` is state × c. From as many products as the state has rows, where a
  /// cell knows no shorter way.
  virtual void diagonal(MatrixRef<S> out) const {
    Matrix<S> direction = Matrix<S>::Zero(out.rows(), out.cols()), moved;
    for (Index j = 0; j < out.rows(); ++j) {
      direction.row(j).setOnes();
      apply(direction, moved);
      out.row(j) = moved.row(j);
      direction.row(j).setZero();
    }
  }
};

/// The maps s ↦ φ(s, x_i), one for each of c fixed inputs; the input products are computed once, at construction.
///
/// This is what truncation orders, gains and searches over states iterate.
template <class S>
class FixedInputMap {
 public:
  virtual ~FixedInputMap() = default;
  virtual Index columns() const = 0;
  /// next.col(i) = φ(state.col(i), x_{first + i}) for as many columns as `state` has. `next` may not alias `state`.
  virtual void apply(const ConstMatrixRef<S>& state, Index first, MatrixRef<S> next) const = 0;
  /// Jacobians at (state.col(i), x_{first + i}).
  virtual std::unique_ptr<Jacobian<S>> linearise(const ConstMatrixRef<S>& state, Index first) const = 0;
};

/// One recurrence s' = φ_w(s, x) with output h(s). Training uses S = float, theory and gradient checks use S = double.
///
/// All functions check shapes and throw UsageError on a mismatch.
template <class S>
class Cell : public SequenceLayer<S> {
 public:
  virtual CellShape shape() const = 0;
  virtual std::unique_ptr<Cell<S>> clone() const = 0;

  /// The states after every step, state × columns in the order of the packing, of the forward pass that is on the tape.
  virtual Matrix<S> states(const LayerTape<S>& tape) const = 0;
  /// h of each column of states; a block of their rows but for skip connections.
  virtual Matrix<S> output_of(const ConstMatrixRef<S>& states) const {
    return states.middleRows(shape().output_row, shape().output);
  }
  /// The states after every step of a packed batch, as states(tape) after forward, where nothing else is asked for.
  virtual void run(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                   Matrix<S>& states) const {
    const auto tape = this->make_tape();
    Matrix<S> output;
    this->forward(packing, x, initial, *tape, output, nullptr);
    states = this->states(*tape);
  }
  /// The maps for fixed inputs x (m × c).
  virtual std::unique_ptr<FixedInputMap<S>> fix_inputs(const ConstMatrixRef<S>& x) const = 0;

  LayerSizes sizes() const final {
    const CellShape own = shape();
    return {own.input, own.state, own.output};
  }
  std::unique_ptr<SequenceLayer<S>> copy() const final { return clone(); }
  std::optional<Index> receptive_field() const override { return std::nullopt; }
  const Cell<S>* recurrence() const final { return this; }
  Cell<S>* recurrence() final { return this; }
};

/// One step on a batch of columns: φ(s_i, x_i).
template <class S>
Matrix<S> step(const Cell<S>& cell, const ConstMatrixRef<S>& state, const ConstMatrixRef<S>& x) {
  Matrix<S> next(cell.shape().state, state.cols());
  cell.fix_inputs(x)->apply(state, 0, next);
  return next;
}

/// The states after every step of a packed batch, state × columns.
template <class S>
Matrix<S> run_states(const Cell<S>& cell, const Packing& packing, const ConstMatrixRef<S>& x,
                     const ConstMatrixRef<S>& initial) {
  Matrix<S> states;
  cell.run(packing, x, initial, states);
  return states;
}

}  // namespace unrecur

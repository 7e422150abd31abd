#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/arrays/matrix.h"
#include "models/arrays/packing.h"
#include "models/arrays/parameters.h"

namespace unrecur {

/// Sizes of a recurrence s' = φ(s, x) with output h, a block of rows of the state.
///
/// For an Elman network the state is h itself; for an LSTM it is (c, h), so state = 2n, output = n, output_row = n; for
/// a stack it is the states of all layers, and the output is that of the last.
struct CellShape {
  Index input = 0;       ///< m
  Index state = 0;       ///< size of the full state s
  Index output = 0;      ///< size of h
  Index output_row = 0;  ///< first row of h in s
};

/// What a file must say beside the weights for the map to be known: activation, leak, reset convention, …
using Attributes = std::map<std::string, std::string>;

/// What forward leaves for backward: the states after every step, packed as the inputs are, and what the cell saved.
template <class S>
struct Tape {
  Matrix<S> states;              ///< state × columns
  std::vector<Matrix<S>> saved;  ///< the cell's own business
  std::vector<Tape<S>> layers;   ///< of a stack
  /// Set before forward, read by forward and backward of a stack: dropout masks between its layers (see Masks), the
  /// first on the outputs of the first layer; empty: none.
  std::vector<Matrix<S>> between;
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

/// One recurrence s' = φ_w(s, x). Training uses S = float, theory and gradient checks use S = double.
///
/// All functions check shapes and throw UsageError on a mismatch.
template <class S>
class Cell {
 public:
  virtual ~Cell() = default;

  virtual std::string kind() const = 0;
  virtual CellShape shape() const = 0;
  virtual Attributes attributes() const = 0;
  virtual std::unique_ptr<Cell<S>> clone() const = 0;

  virtual const Parameters<S>& parameters() const = 0;
  virtual Parameters<S>& parameters() = 0;

  /// Runs the recurrence over a packed batch: x is m × columns, `initial` is state × batch. Fills tape.states and what
  /// backward needs.
  virtual void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                       Tape<S>& tape) const = 0;

  /// Backward through time. `d_output` (output × columns) is ∂loss/∂h for every column. Adds to `gradient`, which has
  /// the shape of parameters(); writes ∂loss/∂x (m × columns) to d_input and ∂loss/∂s_0 (state × batch) to d_initial
  /// where these are not null.
  virtual void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                        const Tape<S>& tape, const ConstMatrixRef<S>& d_output, Parameters<S>& gradient,
                        Matrix<S>* d_input, Matrix<S>* d_initial) const = 0;

  /// The maps for fixed inputs x (m × c).
  virtual std::unique_ptr<FixedInputMap<S>> fix_inputs(const ConstMatrixRef<S>& x) const = 0;
};

/// One step on a batch of columns: φ(s_i, x_i).
template <class S>
Matrix<S> step(const Cell<S>& cell, const ConstMatrixRef<S>& state, const ConstMatrixRef<S>& x) {
  Matrix<S> next(cell.shape().state, state.cols());
  cell.fix_inputs(x)->apply(state, 0, next);
  return next;
}

/// The rows of the state that a decoder sees.
template <class S>
auto output_rows(const CellShape& shape, const Matrix<S>& states) {
  return states.middleRows(shape.output_row, shape.output);
}

}  // namespace unrecur

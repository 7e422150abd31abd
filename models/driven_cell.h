#pragma once

#include <memory>

#include "models/cell.h"

namespace unrecur {

/// A one-layer cell whose inputs enter only through a drive a = U x + b, the rows of all its gates on top of each
/// other.
///
/// The drive of all time steps is one product, and so is each weight gradient; between them a cell only says how one
/// step goes forward, backward and tangentially, on a block of columns. Everything else (unrolling, packed lengths,
/// weight and input gradients, Jacobians, fixed inputs) is here, once for all cells.
///
/// Parameters, in this order: weight_ih_l0 = U (g × m), weight_hh_l0 = W (rows × n), then bias_ih_l0 = b (g) where the
/// cell has one, then what the cell adds.
template <class S>
class DrivenCell : public Cell<S> {
 public:
  const Parameters<S>& parameters() const override { return parameters_; }
  Parameters<S>& parameters() override { return parameters_; }

  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
               Tape<S>& tape) const override;
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const Tape<S>& tape, const ConstMatrixRef<S>& d_output, Parameters<S>& gradient, Matrix<S>* d_input,
                Matrix<S>* d_initial) const override;
  std::unique_ptr<FixedInputMap<S>> fix_inputs(const ConstMatrixRef<S>& x) const override;

  /// What one step knows about its columns: the gates it left in place of the drive, what else it saved, and the states
  /// before and after.
  struct Step {
    ConstMatrixRef<S> gates;
    ConstMatrixRef<S> extra;
    ConstMatrixRef<S> state;
    ConstMatrixRef<S> next;
  };

  /// a = U x + b for all columns of x.
  Matrix<S> drive(const ConstMatrixRef<S>& x) const;
  /// Rows that a step saves beside its gates.
  virtual Index extra_rows() const { return 0; }
  /// One step: `gates` holds the drive and is overwritten with the activations; writes `next` and `extra`.
  virtual void advance(MatrixRef<S> gates, const ConstMatrixRef<S>& state, MatrixRef<S> next,
                       MatrixRef<S> extra) const = 0;
  /// One step backward: d_state holds ∂loss/∂next and is overwritten with ∂loss/∂state; writes ∂loss/∂drive.
  virtual void retreat(const Step& step, MatrixRef<S> d_state, MatrixRef<S> d_drive) const = 0;
  /// One step tangentially: out = J v.
  virtual void push(const Step& step, const ConstMatrixRef<S>& v, MatrixRef<S> out) const = 0;

 protected:
  static constexpr std::size_t kInput = 0, kRecurrent = 1, kBias = 2;

  const Matrix<S>& input_weights() const { return parameters_[kInput].value; }
  const Matrix<S>& recurrent_weights() const { return parameters_[kRecurrent].value; }
  bool has_bias() const { return parameters_.size() > kBias; }

  /// Adds the gradients of all parameters but U and b. `previous` is the state before every column. The default is for
  /// cells in which W multiplies h alone and adds to the drive: ∂W += ∂drive hᵀ.
  virtual void recurrent_gradient(const ConstMatrixRef<S>& d_drive, const ConstMatrixRef<S>& previous,
                                  const Tape<S>& tape, Parameters<S>& gradient) const;

  Parameters<S> parameters_;
};

}  // namespace unrecur

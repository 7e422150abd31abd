#pragma once

#include <memory>

#include "models/layers/cell.h"

namespace unrecur {

/// What a driven cell leaves for its backward pass, one column for each packed column.
template <class S>
struct DrivenTape : LayerTape<S> {
  Matrix<S> states;  ///< after every step
  Matrix<S> gates;   ///< the activations that took the place of the drive
  Matrix<S> extra;   ///< what else the cell saved
};

/// A one-layer cell whose inputs enter only through a drive a = U x + b, the rows of all its gates on top of each
/// other.
///
/// The drive of all time steps is one product, and so is each weight gradient; between them a cell only says how one
/// step goes forward, backward and tangentially, on a block of columns. Everything else (unrolling, packed lengths,
/// weight and input gradients, Jacobians, fixed inputs) is here, once for all cells.
///
/// Parameters, in this order: weight_ih_l0 = U (g × m), weight_hh_l0 = W (rows × n; no rows where the gates do not see
/// the state), then bias_ih_l0 = b (g) where the
/// cell has one, then what the cell adds.
template <class S>
class DrivenCell : public Cell<S> {
 public:
  std::unique_ptr<LayerTape<S>> make_tape() const override { return std::make_unique<DrivenTape<S>>(); }
  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, LayerTape<S>& tape,
               Matrix<S>& output, Matrix<S>* final_state) const override;
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                Matrix<S>* d_input, Matrix<S>* d_initial) const override;
  Matrix<S> states(const LayerTape<S>& tape) const override { return tape_as<DrivenTape<S>>(tape).states; }
  void run(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
           Matrix<S>& states) const override;
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
  virtual void forward_step(MatrixRef<S> gates, const ConstMatrixRef<S>& state, MatrixRef<S> next,
                            MatrixRef<S> extra) const = 0;
  /// One step backward: d_state holds ∂loss/∂next and is overwritten with ∂loss/∂state; writes ∂loss/∂drive.
  virtual void backward_step(const Step& step, MatrixRef<S> d_state, MatrixRef<S> d_drive) const = 0;
  /// One step tangentially: out = J v + (∂φ/∂a) u. `drive` holds the tangent u of the drive and is overwritten.
  virtual void jvp_step(const Step& step, const ConstMatrixRef<S>& v, MatrixRef<S> drive, MatrixRef<S> out) const = 0;
  /// The diagonals of J, one column for each of the step's; false, and nothing written, where the cell knows no way
  /// that is shorter than Jacobian::diagonal's.
  virtual bool diagonal_step(const Step& /*step*/, MatrixRef<S> /*out*/) const { return false; }

 protected:
  static constexpr std::size_t kInput = 0, kRecurrent = 1, kBias = 2;

  /// Makes U (g × m), W (g × n) and, where asked for, b (g), all zero. Throws UsageError unless m ≥ 1 and n ≥ 1.
  void add_weights(Index m, Index n, Index g, bool bias);

  const Matrix<S>& input_weights() const { return this->weight(kInput); }
  const Matrix<S>& recurrent_weights() const { return this->weight(kRecurrent); }
  bool has_bias() const { return this->parameters_.size() > kBias; }

  /// What the drive adds to U x where the cell has a bias: b, or b and whatever else does not depend on the state.
  virtual Vector<S> drive_bias() const { return this->weight(kBias).col(0); }

  /// Adds the gradients of all parameters but U and b. `previous` is h before every column. The default is for cells in
  /// which W multiplies h alone and adds to the drive: ∂W += ∂drive hᵀ.
  virtual void recurrent_gradient(const ConstMatrixRef<S>& d_drive, const ConstMatrixRef<S>& previous,
                                  const DrivenTape<S>& tape, std::span<Parameter<S>> gradient) const;
};

}  // namespace unrecur

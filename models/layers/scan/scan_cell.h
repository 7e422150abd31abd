#pragma once

#include <memory>
#include <string>

#include "models/layers/cell.h"
#include "models/layers/scan/scan_step.h"

namespace unrecur {

/// What a scan leaves for its backward pass, one column for each packed column.
template <class S>
struct ScanTape : LayerTape<S> {
  Matrix<S> windows;  ///< (x_t, …, x_{t−w+1}) on top of each other; empty where w = 1
  Matrix<S> gates;    ///< the activations that took the place of the drive
  Matrix<S> memory;   ///< c after every step
  Matrix<S> outputs;  ///< h after every step; empty where h = c
};

/// A recurrence whose gates and candidate see the last w inputs and not the state:
///
///     a = U_0 x_t + U_1 x_{t−1} + … + U_{w−1} x_{t−w+1} + b,        z = ρ(a_z),
///     coupled  f = κ σ(a_f),                    c' = f ∘ c + (1 − f) ∘ z
///     gated    f = κ σ(a_f), i = σ(a_i),        c' = f ∘ c + i ∘ z
///     shared   f = κ σ(a_f)/(σ(a_f) + σ(a_i)),  c' = f ∘ c + (1 − f) ∘ z
///     state    h' = c';      gated  h' = σ(a_o) ∘ c';      highway  h' = σ(a_o) ∘ g(c') + (1 − σ(a_o)) ∘ x_t.
///
/// c enters linearly, ∂c'/∂c = diag(f), so that κ < 1 is a contraction rate whatever the weights and inputs are. All
/// products, forward and backward, are one for all steps of a batch; what time binds together is a scan over single
/// entries. Inputs before the first are part of the state: the last w − 1 inputs, the newest on top, then c, then h
/// where it is not c. From the zero state they are zero.
///
/// Parameters: weight_ih_l0 = (U_0, …, U_{w−1}) side by side (g × w m), the rows of candidate, forget gate, intake
/// gate, outlet gate and carried input (a_x in place of x_t, where m ≠ n) on top of each other, those that the kind
/// has; weight_hh_l0 (0 × n: no gate sees the state); bias_ih_l0 = b (g). Costs g w m + O(n) a step.
template <class S>
class ScanCell : public Cell<S> {
 public:
  /// Throws UsageError unless m, n and the window are at least 1, the state has at most 2^31 numbers and 0 < κ ≤ 1.
  ScanCell(std::string kind, Attributes attributes, Index m, Index n, const ScanOptions& options);

  std::string kind() const override { return kind_; }
  Attributes attributes() const override { return attributes_; }
  CellShape shape() const override;
  std::unique_ptr<Cell<S>> clone() const override { return std::make_unique<ScanCell>(*this); }
  const ScanOptions& options() const { return options_; }
  const ScanRows& rows() const { return rows_; }
  Index units() const { return units_; }

  std::unique_ptr<LayerTape<S>> make_tape() const override { return std::make_unique<ScanTape<S>>(); }
  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, LayerTape<S>& tape,
               Matrix<S>& output, Matrix<S>* final_state) const override;
  void backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                Matrix<S>* d_input, Matrix<S>* d_initial) const override;
  Matrix<S> states(const LayerTape<S>& tape) const override;
  std::unique_ptr<FixedInputMap<S>> fix_inputs(const ConstMatrixRef<S>& x) const override;

  /// Rows of the stored inputs, (w − 1) m, and whether h stands behind c.
  Index stored_rows() const { return (options_.window - 1) * inputs_; }
  bool separate_output() const { return options_.outlet != ScanOptions::Outlet::state; }
  ScanStep<S> step() const { return ScanStep<S>(options_, rows_, units_); }

 private:
  /// The inputs that each column reads on top of each other, w m × columns.
  Matrix<S> unfold(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial) const;
  /// Its adjoint: adds to d_x and to the stored inputs of d_initial, where they are not null.
  void fold(const Packing& packing, const Matrix<S>& d_windows, Matrix<S>* d_x, Matrix<S>* d_initial) const;

  std::string kind_;
  Attributes attributes_;
  Index inputs_, units_;
  ScanOptions options_;
  ScanRows rows_;
};

}  // namespace unrecur

#pragma once

#include <functional>
#include <memory>

#include "models/layers/cell.h"

namespace unrecur {

/// A length of states.
using StateLength = std::function<double(const Eigen::Ref<const Vector<double>>&)>;

/// All states s_1 … s_T of one sequence from the zero state, as one unknown S that sweeps over all steps at once bring
/// nearer to the recurrence's. Begins at S = 0.
///
///     Jacobi   s⁺_t = φ(s_{t−1}, x_t)
///     Newton   s⁺_t = φ(s_{t−1}, x_t) + J_t (s⁺_{t−1} − s_{t−1}),   J_t = ∂φ/∂s at (s_{t−1}, x_t)
///     quasi-Newton   the same with the diagonal of J_t in the place of J_t
///
/// k Jacobi sweeps give the truncated model of order k, at every step. After k sweeps of any kind the first k states
/// are the recurrence's own, so T sweeps always are enough. x is m × T. Memory: two state × (T + 1) matrices and the
/// drive. Sources: Lim et al., Parallelizing non-linear sequential models over the sequence length, ICLR 2024;
/// Gonzalez et al., NeurIPS 2024.
class TimeSweeps {
 public:
  /// Newton's states are moved into |s_j| ≤ limits_j; empty: they are left where they are. The cell outlives the
  /// object.
  TimeSweeps(const Cell<double>& cell, const ConstMatrixRef<double>& x, Vector<double> limits = {});

  /// Applies φ at every step, which both sweeps need: max_t ‖φ(s_{t−1}, x_t) − s_t‖. Costs a step on T columns. NaN
  /// where a state is not finite.
  double evaluate(const StateLength& length);
  /// After evaluate: S is what that found. Costs nothing.
  void jacobi();
  /// After evaluate. A linear recurrence: costs T Jacobians and products with them, one after the other.
  void newton();

  /// After evaluate. A linear recurrence of every state by itself: costs a step on T columns and little more.
  void quasi_newton();

  /// Of every kind.
  Index sweeps() const { return sweeps_; }
  bool finite() const { return now_.allFinite(); }
  /// s_1 … s_T, state × T.
  auto states() const { return now_.rightCols(map_->columns()); }

 private:
  /// next_, moved into the limits, is the new S.
  void finish();

  std::unique_ptr<FixedInputMap<double>> map_;
  Vector<double> limits_;
  Index sweeps_ = 0;
  Matrix<double> now_, next_;  ///< first column: the zero state before the sequence
  bool evaluated_ = false;
};

}  // namespace unrecur

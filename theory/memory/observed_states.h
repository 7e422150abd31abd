#pragma once

#include "models/layers/cell.h"
#include "theory/verify/observed.h"

namespace unrecur {

/// The output map C of verify::Observed in floating point, for searches and measurements.
class ObservedStates {
 public:
  /// A view of both, which outlive it. Throws UsageError where the head does not fit the cell's outputs.
  ObservedStates(const Cell<double>& cell, const verify::Observed& observed);

  /// C s for each column.
  Matrix<double> of(const ConstMatrixRef<double>& states) const;

  /// ‖C (s − r)‖₂
  double gap(const Vector<double>& one, const Vector<double>& other) const { return of(one - other).norm(); }
  /// At least ‖C‖₂, so that states within ε/norm() of each other are observed within ε. Proved against rounding. Every
  /// entry of a state stands in one entry of the outputs at most, so that the norm of s ↦ h is the square root of how
  /// many stand in one of them: 1 but for residual connections.
  double norm() const { return norm_; }

 private:
  const Cell<double>& cell_;
  const verify::Observed& observed_;
  double norm_ = 1.0;
};

}  // namespace unrecur

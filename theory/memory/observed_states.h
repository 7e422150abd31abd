#pragma once

#include <optional>

#include "models/layers/cell.h"
#include "theory/certificates/norm.h"
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
  /// At least ‖C‖₂, with the Frobenius norm of a head, proved against rounding. Every entry of a state stands in one
  /// entry of the outputs at most, so that the norm of s ↦ h is the square root of how many stand in one of them: 1 but
  /// for residual connections.
  double norm() const { return norm_; }
  /// c with ‖C s‖₂ ≤ c ‖s‖ for every s, rounded upwards, and the least but for rounding unless said: ‖ |C| v ‖₂ in
  /// max-norms with weights v (the least where no signs of C cancel), max ‖C e_j‖₂ / v_j in norms of sums, ‖C D⁻¹‖₂ in
  /// weighted two-norms (with the Frobenius norm of a head), √λ_max(C P⁻¹ Cᵀ) in quadratic ones. Costs n³ for
  /// the last, n times the head for sums. docs/theory.md, section 18.
  double from_norm(const Norm& norm) const;

 private:
  Vector<double> outputs_up(const Vector<double>& nonnegative) const;
  double from_maximum(const Vector<double>& weights) const;
  double from_sum(const Vector<double>& weights) const;
  double from_entries(const Vector<double>& weights) const;
  /// Nothing where none is proved.
  std::optional<double> from_metric(const Matrix<double>& p) const;

  const Cell<double>& cell_;
  const verify::Observed& observed_;
  double norm_ = 1.0;
};

}  // namespace unrecur

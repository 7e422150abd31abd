#pragma once

#include <memory>
#include <vector>

#include "theory/estimates/windows.h"

namespace unrecur {

/// The products P_r = J_r ⋯ J_1 of the Jacobians along a window, r = 1 … its length, as operators: nothing of size
/// n × n is formed.
///
/// Products of many steps leave the range of doubles, so step i comes divided by c_i > 0, the factor by which it
/// stretches one vector that all steps before it have moved: apply gives e^{−log_scale(r)} P_r V, whose norm is
/// moderate whatever r. Memory: what the cell keeps of each step, O(n) a step.
class JacobianProduct {
 public:
  JacobianProduct(const DrivenSystem& system, const InputWindow& window);

  Index size() const { return size_; }                                   ///< n
  Index steps() const { return static_cast<Index>(jacobians_.size()); }  ///< the window's length
  /// Whether the states along the window are finite; where not, nothing below may be asked.
  bool finite() const { return finite_; }
  /// ln c_1 + … + ln c_r; −∞ where P_r annihilates the vector, and so (almost surely) everything.
  double log_scale(Index r) const { return log_scales_[static_cast<std::size_t>(r)]; }

  /// e^{−log_scale(r)} P_r V. Costs r steps of the recurrence for every column.
  Matrix<double> apply(Index r, Matrix<double> v) const;
  /// e^{−log_scale(r)} P_rᵀ V.
  Matrix<double> apply_transposed(Index r, Matrix<double> v) const;

 private:
  Index size_;
  bool finite_ = true;
  std::vector<std::unique_ptr<Jacobian<double>>> jacobians_;
  std::vector<double> factors_;     ///< c_i
  std::vector<double> log_scales_;  ///< 0, ln c_1, ln c_1 + ln c_2, …
};

struct ProductNormOptions {
  double tolerance = 1e-9;  ///< of ‖P‖², relative, by which iterations stop
  Index dense_below = 24;   ///< n up to which P is formed and decomposed instead
};

/// ln ‖P_r‖₂; −∞ where it is zero. By Lanczos on PᵀP (Spectra), some tens of products; by a singular value
/// decomposition where n is small or Lanczos does not settle. Throws UsageError for r outside 1 … steps().
double log_norm(const JacobianProduct& product, Index r, const ProductNormOptions& options = {});

}  // namespace unrecur

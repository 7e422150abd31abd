#pragma once

#include <memory>
#include <span>
#include <vector>

#include "theory/estimates/windows.h"

namespace unrecur {

/// P pairs of states (h_p, h'_p), each iterated r times over a window of its own, side by side: columns 0 … P − 1 of a
/// matrix of states are the h_p, columns P … 2P − 1 the h'_p.
class IteratedPairs {
 public:
  /// Pair p reads the first r inputs of windows[window_of[p]].
  IteratedPairs(const DrivenSystem& system, std::span<const InputWindow> windows, std::span<const Index> window_of,
                Index r);

  Index pairs() const { return pairs_; }

  struct Ratios {
    Vector<double> log;  ///< ln(‖φ^r(h_p) − φ^r(h'_p)‖₂ / ‖h_p − h'_p‖₂); −∞ where the images meet
    Matrix<double> gradient;  ///< with respect to the states, n × 2P
  };
  /// Costs about three steps of the recurrence for each state and each of the r inputs.
  Ratios evaluate(const Matrix<double>& states) const;

  /// JᵀJ v, column by column made of length 1, J = ∂φ^r/∂h at the states: turns v towards the directions that grow
  /// most.
  Matrix<double> stretch(const Matrix<double>& states, const Matrix<double>& v) const;

 private:
  using Jacobians = std::vector<std::unique_ptr<Jacobian<double>>>;
  /// The states after r steps, and the Jacobians on the way.
  Matrix<double> run(const Matrix<double>& states, Jacobians& jacobians) const;
  static void pull_back(const Jacobians& jacobians, Matrix<double>& v);

  Index pairs_, steps_;
  std::unique_ptr<FixedInputMap<double>> map_;
};

}  // namespace unrecur

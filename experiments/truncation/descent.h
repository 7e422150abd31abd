#pragma once

#include <vector>

#include "models/sequence/sequence_model.h"
#include "theory/truncation/truncated_training.h"

namespace unrecur {

/// The loss of the theorems: the mean over B sequences of T steps of the loss at the last step, p(h_T), as a function
/// of the recurrence's weights alone. Order k ≥ 1 is the truncated loss p(h_T^k); order 0 the recurrent one.
class LastStepLoss {
 public:
  /// Frames, one length for all sequences, targets for every step of which the last counts. Throws UsageError
  /// otherwise.
  explicit LastStepLoss(const Batch<double>& batch);

  Index steps() const { return full_.packing.steps(); }
  /// The same sequences, but the last k inputs of each; all of them for k = 0 or k ≥ T.
  const Batch<double>& inputs(Index order);

  double value(const SequenceModel<double>& model, Index order);
  /// ∇_w p: the weights of the layers.
  Parameters<double> gradient(const SequenceModel<double>& model, Index order);
  /// h_T or h_T^k, one column a sequence.
  Matrix<double> last_states(const SequenceModel<double>& model, Index order);

 private:
  Batch<double> full_, cut_;
  Index cut_order_ = 0;
  Workspace<double> work_;
};

/// √Σ ‖a_i − b_i‖_F².
double weight_distance(const Parameters<double>& a, const Parameters<double>& b);

/// Moves W, U and b to the nearest point of the set (Frobenius): singular values clipped at ‖W‖₂ ≤ λ and ‖U‖₂ ≤ u, b
/// scaled to ‖b‖₂ ≤ its bound. Exact but for rounding; for small matrices, by full decompositions.
void project_into(const RecurrenceSet& set, Parameters<double>& weights);

/// Projected gradient descent w ← Π(w − (α/s) ∇p(w)), s = 1 … N, on the recurrent and on a truncated loss from one
/// start: Proposition 4.
struct DescentPair {
  SequenceModel<double> recurrent, truncated;
  std::vector<double> distance;  ///< ‖w_recurr − w_trunc‖ after each step
};
DescentPair descend_pair(const SequenceModel<double>& start, LastStepLoss& loss, const RecurrenceSet& set, Index order,
                         double alpha, Index steps);

}  // namespace unrecur

#pragma once

#include <optional>

#include "models/arrays/matrix.h"
#include "models/layers/cell.h"
#include "theory/arithmetic/bounds.h"

namespace unrecur {

/// Recurrences h' = ρ(W h + U x + b), h_0 = 0, with weights w = (W, U, b) from a convex set: all W, U, b within these
/// norms. |ρ'| ≤ 1 and ρ(0) = 0: tanh, identity.
struct RecurrenceSet {
  Index size = 0;           ///< n
  double rate = 0.0;        ///< λ: ‖W‖₂ ≤ λ
  double row = 0.0;         ///< max_j ‖row j of W‖₂ ≤ row; at most λ
  double input_gain = 0.0;  ///< ‖U‖₂
  double offset = 0.0;      ///< ‖b‖₂
  bool bias = true;         ///< whether b is a weight
  double curvature = 0.0;   ///< sup |ρ''|: 4/(3√3) for tanh, 0 for the identity
  bool bounded = false;     ///< |ρ| ≤ 1
};

/// The set that holds this cell's weights alone: the norms, proved against rounding. Nothing for other cells than
/// linear ones and Elman networks of tanh or identity without leak.
std::optional<RecurrenceSet> recurrence_set(const Cell<double>& cell);
/// The set of all weights of that kind within the norms λ, u, b: what projected gradient descent stays in.
RecurrenceSet recurrence_ball(const RecurrenceSet& kind, double rate, double input_gain, double offset);

/// A loss p of a state h, by what the theorems ask of it on ‖h‖₂ ≤ B_h; Euclidean norms.
struct StateLoss {
  double slope = 0.0;      ///< L_p: ‖∇_h p‖ ≤ L_p
  double curvature = 0.0;  ///< β_p: ‖∇_h p(h) − ∇_h p(h')‖ ≤ β_p ‖h − h'‖
  double readout = 0.0;    ///< L_f: the prediction V h + c is L_f-Lipschitz
};

/// p = ½‖V h + c − y‖² with ‖c − y‖₂ ≤ `residual`: L_p = ‖V‖(‖V‖ B_h + residual), β_p = ‖V‖².
StateLoss squared_loss(const Matrix<double>& v, double residual, double state_bound);

/// The four parts of Lemma 1's bound, largest number of steps dropped first; see gradient_gap.
struct GradientGap {
  double dropped;    ///< L_p L_w λ^k/(1 − λ): steps that truncation leaves out
  double jacobians;  ///< (k − 1) λ^{k−1} L_p L_w β_hh B_h/(1 − λ): ∂φ/∂h at other states
  double weights;    ///< k λ^{k−1} L_p β_wh B_h: ∂φ/∂w at other states
  double loss;       ///< β_p L_w B_h λ^k/(1 − λ): ∇p at another state
  double total() const;
};

/// The constants of the paper's theorems for all weights of a RecurrenceSet, all inputs ‖x‖₂ ≤ B_x and a loss, each an
/// upper bound proved against rounding, and what the theorems make of them. The recurrent model runs over any number T
/// of steps, the truncated one over the last k of them; p is the loss at the last step, or a mean of such losses over
/// steps and sequences. Gradients are with respect to w = (W, U, b) in the Euclidean (Frobenius) norm, the readout
/// fixed.
///
/// Bounds that are not zero are infinite where λ ≥ 1 and the states are not bounded. Derivation: docs/theory.md,
/// "Truncated training". Source: Miller and Hardt, Stable Recurrent Models, arXiv:1805.10369, Proposition 3, Lemma 1,
/// Proposition 4, Theorem 1; γ and β made explicit here.
class TruncationConstants {
 public:
  /// Throws UsageError unless every number is ≥ 0.
  TruncationConstants(const RecurrenceSet& set, const StateLoss& loss, double input_bound);

  UpperBound lambda, l_x, b_x;
  UpperBound b_h;               ///< reachable states: min((L_x B_x + ‖b‖)/(1 − λ), √n where |ρ| ≤ 1)
  UpperBound l_w;               ///< φ in w: √(B_h² + B_x² + 1), the 1 where b is a weight
  UpperBound beta_hh, beta_wh;  ///< ∂φ/∂h and ∂φ/∂w in h
  UpperBound beta_hw, beta_ww;  ///< ∂φ/∂h and ∂φ/∂w in w
  UpperBound l_p, beta_p, l_f;

  /// B_h for such a set and inputs, which a squared loss needs to know before the rest.
  static double state_bound(const RecurrenceSet& set, double input_bound);

  /// Proposition 3: ‖h_t − h_t^k‖ ≤ λ^k B_h.
  UpperBound state_gap(Index k) const;
  /// Lemma 1, part by part: ‖∇_w p − ∇_w p^k‖ ≤ total(). k ≥ 1.
  GradientGap gradient_gap(Index k) const;
  /// γ with gradient_gap(k).total() ≤ γ k λ^k for all k ≥ 1. Infinite where λ = 0.
  UpperBound gamma() const;
  /// Lemma 1 as the paper states it: γ k λ^k.
  UpperBound lemma1(Index k) const;
  /// β: the gradient of w ↦ p (and of p^k) is β-Lipschitz on the set.
  UpperBound smoothness() const;
  /// Proposition 4: after N steps of projected gradient descent with rates α/1, α/2, …, α/N from one start,
  /// ‖w_recurr − w_trunc‖ ≤ α γ k λ^k N^{αβ+1}.
  UpperBound proposition4(Index k, double alpha, Index steps) const;
  /// The same by the recursion behind it, solved: (G/β)(Π_{s ≤ N} (1 + αβ/s) − 1), G = gradient_gap(k). Never above
  /// proposition4 but for rounding; grows like N^{αβ}. Costs N operations.
  UpperBound weight_gap(Index k, double alpha, Index steps) const;
  /// Theorem 1: how far the predictions V h + c of the two trained models can be apart, L_f (L_w/(1 − λ) · weight_gap +
  /// λ^k B_h).
  UpperBound prediction_gap(Index k, double alpha, Index steps) const;

 private:
  double geometric_;  ///< 1/(1 − λ)
  double path_;       ///< ‖h_t(w) − h_t(w')‖ ≤ path ‖w − w'‖: L_w/(1 − λ)
};

}  // namespace unrecur

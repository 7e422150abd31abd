#pragma once

#include <limits>
#include <optional>

#include "theory/certificates/certificate.h"
#include "theory/certificates/drive.h"

namespace unrecur {

/// bound(k) = λ^k · at_zero: how far a truncated model can be from the recurrent one, against the order k.
///
/// An upper bound on a distance between states, in the norm that its maker says; every number is rounded upwards, so
/// the bound is proved where the certificate behind it is.
struct GapBound {
  UpperBound at_zero{0.0, Rigour::proved};  ///< the bound for k = 0
  UpperBound rate{0.0, Rigour::proved};     ///< λ

  /// λ^k · at_zero, rounded upwards; proved where both are. k ≥ 0; throws UsageError otherwise.
  UpperBound at(Index k) const;

  /// k(ε): the smallest k with at(k) ≤ ε. Nothing where there is none: λ ≥ 1 and at_zero > ε, NaN anywhere, or more
  /// than 2⁵³ steps. Throws UsageError unless ε ≥ 0.
  std::optional<Index> context(double epsilon) const;
};

/// In which norm a bound on states is wanted.
enum class GapNorm {
  euclidean,  ///< converted at the price of Norm::to_euclidean()
  certified,  ///< the certificate's own
};

/// Proposition 3: ‖h_t − h_t^k‖ ≤ λ^k · (L_x B_x + ‖φ(0, 0)‖)/(1 − λ), for all t, from the zero state, with ‖x‖₂ ≤ B_x
/// and the drive in the certified norm. The offset is zero, and the formula that of the paper, where the cell has no
/// bias. at_zero is infinite where λ ≥ 1. Throws UsageError unless B_x ≥ 0.
GapBound proposition3_bound(const Certificate& certificate, const Drive& drive, double input_bound, GapNorm norm);

/// What is known of the states that the recurrent model visits; infinite where nothing is.
struct Reach {
  double euclidean;         ///< ‖s‖₂ ≤ euclidean
  double box;               ///< |s_j| ≤ box
  Vector<double> limits{};  ///< |s_j| ≤ limits_j; empty: no more is known
  /// ‖s‖ ≤ certified, in the norm of the certificate that the reach is for.
  double certified = std::numeric_limits<double>::infinity();
};

/// An upper bound of ‖s‖ over the reach: the smallest of from_euclidean · euclidean, box_radius(box),
/// box_radius(limits) and certified.
double reach_radius(const Norm& norm, const Reach& reach);

/// ‖h_t − h_t^k‖ ≤ λ^k ‖h_{t−k}‖ ≤ λ^k · radius: the truncated model starts at zero, the recurrent one within the
/// reach. The two differ by no more after k contracting steps. With the Euclidean reach alone and in the Euclidean norm
/// this is λ^k √κ · radius.
GapBound certificate_bound(const Certificate& certificate, const Reach& reach, GapNorm norm);

/// Orders certificates of one map that a search found: by the context for ε = 1e-6 and the states of the domain's box
/// (a state of length 1 where there is no box), in floating point, where both contract, and by rate where one does not.
bool needs_less_context(const Certificate& a, const Certificate& b);

/// ε_step/(1 − λ), rounded upwards: how far rounding of at most ε_step in every step can drive two runs of the same
/// model apart, in the norm of the rate. No measured gap means anything below it. Infinite where λ ≥ 1.
double rounding_floor(const UpperBound& rate, double step_error);

}  // namespace unrecur

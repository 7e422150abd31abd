#pragma once

#include <optional>

#include "theory/certificate.h"
#include "theory/slope_map.h"

namespace unrecur {

/// ‖s_t − s_t^k‖₂ ≤ C λ^k for every t and k: what a certificate says about truncation, in the Euclidean norm.
///
/// From ‖s_t − s_t^k‖ ≤ λ^k ‖s_{t−k}‖ in the certified norm (the truncated model starts at zero where the recurrent one
/// stands at s_{t−k}), a bound R on ‖s‖ over the states that can be reached, and ‖·‖₂ ≤ c ‖·‖: C = c R. All numbers are
/// rounded upwards. It is a statement about the real-arithmetic map of the stored weights; an implementation that errs
/// by e a step stays within rounding_floor of it. Source: paper.md, Proposition 3; maths.md M0; docs/theory.md.
struct TruncationBound {
  double rate = 0.0;      ///< λ in [0, 1)
  double constant = 0.0;  ///< C

  /// C λ^k, rounded upwards.
  double at(Index k) const;
};

/// Proposition 3, C = c (L_x B_x + ‖φ(0,0)‖)/(1 − λ), for inputs with ‖x‖₂ ≤ B_x and the drive in the certified norm. The
/// paper has no bias; with one, what it alone does to the zero state is added. Nothing where the rate is not below 1.
std::optional<TruncationBound> proposition3(const Certificate& certificate, const Drive& drive, double input_bound);

/// From states in a box |s_j| ≤ c for ever: C = c_norm · max ‖s‖ over the box. Nothing where the rate is not below 1.
std::optional<TruncationBound> box_bound(const Certificate& certificate, double box);

/// The smallest k ≥ 0 with C λ^k ≤ ε: the context k(ε). Nothing for ε ≤ 0 or NaN, or where C is not finite. Searched on
/// the rounded bound itself, so that the answer is never one too small.
std::optional<Index> context(const TruncationBound& bound, double epsilon);

/// e/(1 − λ), rounded upwards: how far an implementation that errs by at most e in each step can stray from the exact
/// map in the norm of λ. Infinite for λ ≥ 1.
double rounding_floor(double step_error, double rate);

}  // namespace unrecur

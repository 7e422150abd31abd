#pragma once

#include <optional>

#include "models/layers/cell.h"
#include "theory/certificates/context.h"
#include "theory/check/known_states.h"
#include "theory/check/rate_bound.h"
#include "theory/curvature/jacobian_change.h"

namespace unrecur {

/// How many sweeps over all steps of a sequence at once bring every state within ε of the recurrence's, known before
/// the run. Let e be sup_t ‖s_t − s*_t‖ in the norm of a certificate of rate λ < 1, s* the recurrence from zero.
///
///     Jacobi   S ← φ(s_{t−1}, x_t) for all t:            e ← λ e
///     Newton   s⁺_t = φ(s_{t−1}, x_t) + J_t (s⁺_{t−1} − s_{t−1}):   e ← min(D e, ½ L e²)/(1 − λ)
///
/// from e = ‖s*‖ ≤ the reach of the states, with D and L of JacobianChange. States are moved into the box of the
/// certificate after every Newton sweep, which brings them nearer to s*. The sweeps are those of exact arithmetic: what
/// rounding adds is at most its error in one step over 1 − λ. Derivation: docs/theory.md, section 20. Source of the
/// method: Lim et al., DEER, ICLR 2024.

/// e after Newton sweeps.
class NewtonDecay {
 public:
  NewtonDecay(const UpperBound& rate, const JacobianChange& change);
  /// e after a sweep from e, rounded upwards; e itself where it does not fall.
  double after(double error) const;
  /// After so many.
  double after(double error, Index sweeps) const;

 private:
  double linear_, quadratic_;
};

/// First Jacobi, then Newton sweeps.
struct SweepPromise {
  Index jacobi = 0, newton = 0;
  UpperBound error{0.0, Rigour::proved};  ///< ‖s_t − s*_t‖₂ ≤ error afterwards, at every t
  Certificate certificate;                ///< behind it
  Vector<double> limits{};                ///< the box that states are moved into; empty: none

  Index sweeps() const { return jacobi + newton; }
};

/// The fewest Jacobi sweeps that a proved certificate promises: its context k(ε). Nothing where none does.
std::optional<SweepPromise> promise_jacobi(const RateBounds& bounds, const KnownStates& known, double epsilon);

/// The fewest sweeps of both kinds, at most those of Jacobi alone. Certificates in quadratic norms on a box are not
/// used: moving a state into a box may be a step away from another in them. Costs jacobian_change() for each
/// certificate.
std::optional<SweepPromise> promise_newton(const Cell<double>& cell, const RateBounds& bounds, const KnownStates& known,
                                           double epsilon);

}  // namespace unrecur

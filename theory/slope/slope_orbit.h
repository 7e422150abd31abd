#pragma once

#include <optional>

#include "base/execution.h"
#include "models/layers/cell.h"
#include "theory/arithmetic/bounds.h"
#include "theory/slope/slope_map.h"

namespace unrecur {

/// Lower bounds of every rate of a slope map, from patterns of slopes at their ends.
///
/// At a point with slopes Σ the Jacobian is J(Σ) = (1 − α) I + α Σ W, and a rate λ in a fixed norm, over points whose
/// slopes come as near as one likes to Σ_1, …, Σ_p, satisfies ‖J(Σ_i)‖ ≤ λ for each. So λ^p ≥ ‖J(Σ_p) ⋯ J(Σ_1)‖ and
///
///     λ ≥ ρ(J(Σ_p) ⋯ J(Σ_1))^{1/p}.
///
/// The points need not follow one another. Derivation: docs/theory.md, section 14.
struct SlopeOrbit {
  Matrix<double> slopes;  ///< n × p, column i the diagonal of Σ_i
  LowerBound radius;      ///< of the product, to the power 1/p
};

/// Where every pattern of slopes within the bounds is approached.
enum class SlopesReached {
  unknown,
  over_all_states,  ///< (s, x) ↦ W s + U x + b is onto: for some state, perhaps one that no sequence leads to
  at_every_state,   ///< x ↦ U x is onto: whatever the state, for some input
};

/// Proved by Cholesky's factorisation of the Gram matrix. The slopes of every activation have the bounds of slope_map
/// as infimum and supremum. Costs n²(n + m).
SlopesReached slopes_reached(const Cell<double>& cell);

struct SlopeOrbitOptions {
  Index longest = 3;    ///< period; 1 above 32 units
  Index largest = 512;  ///< maps of more units are not searched
  unsigned seed = 20;   ///< of the random patterns that the search starts from
  ExecutionContext execution{};
};

/// The patterns of the largest radius found, proved: ascent along the derivatives of |λ| with respect to the slopes,
/// from all slopes high and from random patterns. Nothing where the map is not well formed, constant or too large, or
/// no proof succeeds. It proves nothing about rates unless slopes_reached.
std::optional<SlopeOrbit> find_slope_orbit(const SlopeMap& map, const SlopeOrbitOptions& options = {});

/// A proved lower bound of ρ(J(Σ_p) ⋯ J(Σ_1))^{1/p} for these slopes (n × p), for the stored W and α in exact
/// arithmetic; zero where nothing is proved. From the block-cyclic matrix of the J(Σ_i), whose radius that is.
double slope_orbit_radius_down(const SlopeMap& map, const Matrix<double>& slopes);

}  // namespace unrecur

#pragma once

#include <optional>

#include "theory/slope/slope_map.h"

namespace unrecur {

/// The slope map of a cell over the states that inputs of a set lead to from zero, where its slopes are fewer than
/// anywhere.
///
/// A box |s_j| ≤ h_j is kept by every input of the set where sup |ρ| over range(U x + b)_j ± (|W| h)_j is at most h_j:
/// from the bound of ρ down, or from 0 up where it has none. On it the slopes of unit j lie in [l_j, u_j], so
///
///     J = (1 − α) I + α Σ diag(u) W,   σ_j ∈ [a, 1],   a = min l_j/u_j:
///
/// again a slope map, with diag(u) W for W. u_j and a are rounded outwards to so few bits that every product with a
/// weight is exact, so that what is proved of the new map holds of the old one as it is stored; at most 2⁻²⁴ of u_j is
/// lost where the weights of the row are single precision, a factor of 2 where they need all bits of a double.
///
/// Its domain is the box, with the inputs and the slopes. Nothing where the inputs are not bounded or do not fit, the
/// Jacobian is constant, no box is found, or no slope is less than anywhere. Costs n² a pass, of which there are few.
/// Derivation: docs/theory.md, section 6.
std::optional<SlopeMap> local_slope_map(const Cell<double>& cell, const InputSet& inputs);

/// The limits h of that box, whether or not its slopes are fewer; for linear maps too. Nothing where the inputs are not
/// bounded or do not fit, or no box is found.
std::optional<Vector<double>> kept_states(const Cell<double>& cell, const InputSet& inputs);

}  // namespace unrecur

#pragma once

#include <vector>

#include "models/layers/cell.h"

namespace unrecur {

/// What enclosures of a run will lose, in floating point: guesses that set the precision of a proof.

inline constexpr Index kProductSteps = 16;  ///< Jacobians whose product is taken at once

/// Which inputs of a map a run goes through: one in each step, or the first of them again and again.
enum class RunThrough { one_by_one, first_only };

/// Sums of log₂ of the growth of radii r ↦ |J| r over 1, …, `steps` steps from a state on, under the map's one input.
/// Costs one Jacobian a step.
std::vector<double> growth_bits(const FixedInputMap<double>& map, Matrix<double> state, Index steps);

/// log₂ of the growth of radii over so many steps where products P of kProductSteps Jacobians carry them, r ↦ |P| r, as
/// the verifier's enclosure does (theory/verify/balls/deviation.h). Costs a product of matrices of the state's size a
/// step.
double product_bits(const FixedInputMap<double>& map, Matrix<double> state, Index steps, RunThrough inputs);

}  // namespace unrecur

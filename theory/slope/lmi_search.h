#pragma once

#include <optional>
#include <vector>

#include "theory/slope/lmi.h"

namespace unrecur {

/// Searches for metrics and multipliers in floating point, which prove nothing. They throw Interrupted where a stop is
/// asked for; the solver is asked in every one of its iterations.

/// The P ⪯ I and Λ with the largest t for which the block matrix at this rate is ⪰ t I: deep inside where the rate can
/// be had, and near the best where it cannot. Nothing where the solver gives up or the build has no DSDP. An interior
/// point method over n(n + 1)/2 + n unknowns: 0.03 s for n = 8, 0.5 s for n = 20, 4 s for n = 40.
std::optional<SlopeMultipliers> deepest_multipliers(const SlopeMap& map, double rate,
                                                    const ExecutionContext& execution = {});

/// The I ⪯ P ⪯ κ I and Λ with the least κ for which the rate can be had. Nothing as above, or where it cannot.
std::optional<SlopeMultipliers> best_conditioned_multipliers(const SlopeMap& map, double rate,
                                                             const ExecutionContext& execution = {});

/// False where this build has no DSDP: both functions above return nothing.
bool semidefinite_programs_available();

/// Lowers the rate from a given start by descent in the Cholesky factor of P and in log Λ: no optimum, but n³ a step.
SlopeMultipliers descended_multipliers(const SlopeMap& map, const SlopeMultipliers& start, int evaluations,
                                       const ExecutionContext& execution = {});

}  // namespace unrecur

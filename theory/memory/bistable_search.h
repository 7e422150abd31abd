#pragma once

#include <functional>
#include <optional>

#include "theory/memory/memory_search.h"
#include "theory/verify/bistable.h"

namespace unrecur {

/// Where both runs of a pair settle under its repeated input: if at two fixed points that attract their surroundings,
/// two sets of states around them that the input never leads out of, and the steps that it takes to enter them. Then
/// no number of last inputs is enough (verify::Bistable). Proved by verify::verify_bistable before it is returned.
///
/// From the end of the runs on by iteration, then by Newton's method; the sets are boxes in the real eigenvectors of
/// the Jacobian there, of a size that leaves what is asked about of the fixed points more than 2ε apart. Nothing where
/// the runs do not settle, meet at one point, or where ρ(J) ≥ 1; nor for states of more than 256 entries. Costs n³ and
/// some thousand steps, and the proofs.
std::optional<verify::Bistable> find_bistable(const Cell<double>& cell, const MemoryPair& pair, double epsilon,
                                              const verify::Observed& asked, const InputSet& inputs,
                                              const std::function<bool()>& stop = {});

}  // namespace unrecur

#pragma once

#include <optional>

#include "base/execution.h"
#include "models/layers/cell.h"

namespace unrecur {

/// The largest B for which a gated cell, or a stack of them, is proved to contract whenever every |x_i| ≤ B, to two
/// significant digits, rounded down.
///
/// Nothing where not even the input zero gives a rate below 1: no bound on inputs helps then. The proof for B is that
/// of bound_rate() with the inputs InputSet::box(B); this finds B by bisection and says no more. `highest` is where the
/// search begins, and what is returned where that is proved; it must be finite and positive. Costs some ten times what
/// the upper bounds cost. Throws Interrupted where a stop is asked for.
std::optional<double> provable_input_bound(const Cell<double>& cell, double highest,
                                           const ExecutionContext& execution = {});

}  // namespace unrecur

#pragma once

#include "base/execution.h"
#include "theory/certificates/certificate.h"
#include "theory/quadratic/jacobian_family.h"

namespace unrecur {

/// True proves ‖J v‖_P ≤ rate ‖v‖_P for all Jacobians of the family's domain, given that P ≻ 0: the witness cuts it
/// into regions, and each is proved with its multipliers (metric_bound.h). False where one is not, or where the witness
/// does not fit. Throws Interrupted where a stop is asked for.
bool proved_over_regions(const JacobianFamily& family, const Matrix<double>& p, const QuadraticWitness& witness,
                         double rate, const ExecutionContext& execution = {});

}  // namespace unrecur

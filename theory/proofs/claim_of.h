#pragma once

#include "theory/certificates/certificate.h"
#include "theory/check/rate_bound.h"
#include "theory/memory/verifier_inputs.h"
#include "theory/verify/claim.h"
#include "theory/verify/refutation.h"

namespace unrecur::verify {

/// What a certificate claims, with the parts of its witness that a proof needs, for a cell with `input_size` inputs. A
/// bounded invariant box of the activation may stand in for limits that a global certificate does not have.
Claim claim_of(const Certificate& certificate, Index input_size, std::optional<double> invariant_box = {});

/// The same of a set of inputs.
Inputs inputs_of(const InputSet& set, Index input_size);

/// Adds the shortest context for ε that the search's own arithmetic finds within the limits, rounded upwards; none
/// where there are no limits or the rate is 1 or more.
void add_context(Claim& claim, const Certificate& certificate, double epsilon);

/// What a proved lower bound says of every rate; nothing where it has no witness.
std::optional<Refutation> refutation_of(const LowerRateBound& lower);

}  // namespace unrecur::verify

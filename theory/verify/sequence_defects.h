#pragma once

#include "models/arrays/matrix.h"
#include "theory/verify/claim.h"

namespace unrecur::verify {

/// Steps of a sequence in a file: it may not ask for any amount of work.
inline constexpr long long kMostSteps = 1 << 20;

// In builds with Arb only.

/// What is wrong with input sequences as data, for this layer and this set of inputs; empty where nothing is.
std::string sequence_defect(const Layer& layer, const Inputs& set, const Matrix<double>& x);

/// What is wrong with a number of bits that a step may cost.
std::string bits_defect(double bits_per_step);

}  // namespace unrecur::verify

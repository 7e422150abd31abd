#pragma once

#include <cstdint>
#include <vector>

#include "models/sequence/sequence_model.h"

namespace unrecur {

/// Symbols that a model draws one after the other, each from softmax(z) of what it says of the next one after those
/// before it, from the zero state and `first`. By its stream, so that a step costs no more the further it goes. The
/// same seed draws the same symbols on one machine type. Throws UsageError for a model that does not read one symbol a
/// step and predict one of as many by a softmax, and for a first symbol that it does not know.
std::vector<int> generated_symbols(const SequenceModel<float>& model, int first, Index count, std::uint64_t seed);

}  // namespace unrecur

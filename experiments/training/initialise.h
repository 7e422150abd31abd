#pragma once

#include <cstdint>

#include "models/sequence/sequence_model.h"

namespace unrecur {

struct InitialiseOptions {
  std::uint64_t seed = 1;
  double embedding_range = 0.1;  ///< embedding entries uniform in ± this
};

/// Weights to start from: every weight of the layers and the decoder uniform in ±1/√n, n the units of a layer, as
/// PyTorch's recurrent layers do, so that ours and its runs start alike; where a layer says where a weight begins
/// (FeedForwardLayer::weight_starts), there. Each weight has a stream of its own, named
/// after it: variants that share a seed start from the same weights whatever else differs.
void initialise(SequenceModel<float>& model, const InitialiseOptions& options);

}  // namespace unrecur

#pragma once

#include <memory>
#include <vector>

#include "models/decoders/clustered_softmax.h"

namespace unrecur {

/// Softmax in two steps with vectors of its own: tail i sees h through a matrix with n / 4^i rows. For 33,278 words and
/// cutoffs 2,000 and 10,000 it costs about a tenth of the full softmax.
///
/// Parameters, named and shaped as PyTorch's AdaptiveLogSoftmaxWithLoss has them, except that the tails too have a
/// bias: head.weight ((c_1 + K) × n), head.bias, tail.i.0.weight (the matrix), tail.i.1.weight, tail.i.1.bias. Source:
/// Grave et al., "Efficient softmax approximation for GPUs" (ICML 2017), section 4.
template <class S>
class AdaptiveSoftmax : public ClusteredSoftmax<S> {
 public:
  /// Throws UsageError where there are no cutoffs or they do not rise from 1 to outputs − 1.
  AdaptiveSoftmax(Index outputs, Index n, std::vector<Index> cutoffs);

  std::unique_ptr<Decoder<S>> clone() const override { return std::make_unique<AdaptiveSoftmax>(*this); }
};

}  // namespace unrecur

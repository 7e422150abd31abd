#pragma once

#include <cstdint>

#include "models/sequence/sequence_model.h"

namespace unrecur {

/// What is dropped while a model trains: every entry of a mask is 0 with the probability given, else
/// 1/(1 − probability), so that its mean is 1. Probabilities in [0, 1).
///
/// Locked, a mask is one column for each sequence of a batch, the same at all its steps: what a layer hears of its
/// inputs is then one thinned network for the whole window, and not noise from step to step. Source: Gal and
/// Ghahramani, "A theoretically grounded application of dropout in recurrent neural networks" (NIPS 2016), section 4;
/// `embedding` is their dropout of word types: a symbol's whole vector, wherever it stands in the batch.
struct DropoutOptions {
  double input = 0.0;      ///< entries of the first layer's inputs
  double output = 0.0;     ///< of the decoder's inputs
  double between = 0.0;    ///< in and between layers
  double embedding = 0.0;  ///< symbols; of models that read frames UsageError where it is not 0
  bool locked = false;
};

/// The masks of one step of a run, a function of (seed, place) alone, so that resumed runs draw what unbroken ones do.
/// `place` numbers the steps of the run. Cost: a random word for each entry, of locked masks for each of one column a
/// sequence.
Masks<float> draw_masks(const SequenceModel<float>& model, const Batch<float>& batch, const DropoutOptions& options,
                        std::uint64_t seed, std::uint64_t place);

}  // namespace unrecur

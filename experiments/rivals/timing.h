#pragma once

#include <vector>

#include "models/sequence/sequence_model.h"

namespace unrecur {

/// How long a model takes. Times are medians of several repetitions, in seconds, of this machine and this moment.
struct TimingOptions {
  Index batch = 8;    ///< sequences side by side
  Index repeats = 5;  ///< timed, after one that is not
};

/// Seconds a step of a sequence (one of T · batch) of a forward and backward pass over random inputs of T steps.
/// Throws UsageError for lengths, batches or repetitions below 1, and for a model that reads symbols.
double training_seconds_per_step(const SequenceModel<float>& model, Index length, const TimingOptions& options);

/// Seconds to take one more input and give one more output.
struct InferenceSeconds {
  double cached = 0.0;  ///< by a stream that keeps what it needs
  double naive = 0.0;   ///< by a pass over the last `field` inputs
};

/// The same for a single sequence, after `field` inputs; `field` is what a naive pass goes over.
InferenceSeconds inference_seconds_per_step(const SequenceModel<float>& model, Index field,
                                            const TimingOptions& options);

}  // namespace unrecur

#pragma once

#include <cstdint>

#include "experiments/tasks/splits.h"

namespace unrecur {

struct CopyMemoryOptions {
  Index letters = 8;  ///< different symbols to remember
  Index length = 10;  ///< how many of them are shown
  Index delay = 20;   ///< blank steps between the last one and the call to repeat them
  SplitSizes sizes{1000, 100, 100};
};

/// Copy memory (Hochreiter and Schmidhuber 1997; Arjovsky, Shah, Bengio 2016): `length` letters, `delay` − 1 blanks, a
/// call, `length` blanks; the target is blank until the last `length` steps, where it is the letters in order. So each
/// is due length + delay steps after it was shown, in sequences of delay + 2·length steps.
///
/// Symbols: 0 … letters − 1, blank = letters, call = letters + 1; softmax over all. A model with enough memory reaches
/// the loss 0, which is the reference loss; one without memory length · ln(letters) / (delay + 2·length) nats a step.
/// Throws UsageError for letters, length or delay below 1.
Task make_copy_memory_task(const CopyMemoryOptions& options, std::uint64_t seed);

}  // namespace unrecur

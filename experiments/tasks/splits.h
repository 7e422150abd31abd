#pragma once

#include <string>
#include <vector>

#include "base/errors.h"
#include "experiments/support/random.h"
#include "experiments/tasks/task.h"

namespace unrecur {

/// Numbers of sequences of a synthetic task.
struct SplitSizes {
  Index train = 0, valid = 0, test = 0;
};

/// Throws UsageError with the task's name and the condition where it does not hold.
inline void require_option(bool holds, const std::string& task, const std::string& condition) {
  if (!holds) throw UsageError("task " + task + ": " + condition);
}

/// Fills the three splits with make(stream), every sequence from a stream of its own, so that the i-th one of a split
/// does not depend on how many there are. Throws UsageError unless each split has at least one.
template <class Make>
void fill_splits(Task& task, const SplitSizes& sizes, std::uint64_t seed, const Make& make) {
  require_option(sizes.train > 0 && sizes.valid > 0 && sizes.test > 0, task.name, "each split needs a sequence");
  const auto fill = [&](std::vector<Sequence>& split, const char* name, Index count) {
    split.reserve(static_cast<std::size_t>(count));
    for (Index i = 0; i < count; ++i) {
      RandomStream stream(seed, task.name + "/" + name, static_cast<std::uint64_t>(i));
      split.push_back(make(stream));
    }
  };
  fill(task.train, "train", sizes.train);
  fill(task.valid, "valid", sizes.valid);
  fill(task.test, "test", sizes.test);
  require_consistent(task);
}

}  // namespace unrecur

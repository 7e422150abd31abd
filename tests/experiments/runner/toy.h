#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "experiments/plan/experiment.h"
#include "experiments/runner/executor.h"

namespace unrecur::testing {

/// Experiments of the tests. `toy` adds up `steps` numbers that depend on the seed, with a checkpoint after each, and
/// misbehaves as its key `behaviour` says; `strict` is the same with Experiment::read.
std::span<const Experiment* const> toys();

/// The sum that `toy` should find.
double toy_sum(int steps, std::uint64_t seed);

/// A command that runs one job of the toys in a process of its own: this test program again.
JobCommand toy_command(bool force = false);

/// How often any job of the toys was run (not kept) in this folder of results.
int runs_in(const std::filesystem::path& out);

}  // namespace unrecur::testing

#pragma once

#include <string>
#include <vector>

#include "experiments/plan/job.h"

namespace unrecur {

/// A line for each job of an experiment, "wikitext-2 lstm miller_hardt lambda=1.0, seed 1": its task, cell and stable
/// set, then what tells it from the other jobs with that task and cell, which are the keys that not all of them have,
/// or not with the same value.
std::vector<std::string> summaries_of(const std::vector<Job>& jobs);

}  // namespace unrecur

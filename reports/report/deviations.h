#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/results/result_store.h"

namespace unrecur::reports {

/// Where an experiment's results were computed on less than the paper has, in a sentence of markup for each task, read
/// off their configurations: a text cut to its first symbols, a smaller vocabulary, one seed. Empty for tasks that are
/// generated in the process.
std::vector<std::string> size_deviations(const std::string& experiment, std::span<const StoredResult> results);

}  // namespace unrecur::reports

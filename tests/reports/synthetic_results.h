#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace unrecur::testing {

/// A well-formed result of the experiment `gap`, with numbers from formulas: the gap of a stable variant decays with
/// rate λ = 0.8 below its bounds down to a rounding floor, that of an unconstrained variant (`stable_set` "none")
/// slower and without bounds. Seeds differ by a factor.
nlohmann::json synthetic_gap_result(const std::string& task, const std::string& stable_set, int seed);

/// Writes `result` to FOLDER/jobs/HASH/result.json.
void store_result(const std::filesystem::path& folder, const std::string& hash, const nlohmann::json& result);

/// A folder of results: two tasks, two variants, three seeds, one of them missing.
void store_synthetic_results(const std::filesystem::path& folder);

}  // namespace unrecur::testing

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/plan/experiment.h"

namespace unrecur::reports {

/// Values of a JSON object as text, nested keys joined by dots: {"data": {"jsb": "ab12"}} has the key `data.jsb`.
using TextMap = std::map<std::string, std::string>;

/// The value of a key, or `otherwise`.
std::string text_or(const TextMap& map, const std::string& key, std::string_view otherwise = {});

/// One job's result as stored, checked: sizes agree, numbers are finite, sides are known.
struct StoredResult {
  std::string hash;  ///< name of the job's folder
  std::string experiment;
  std::uint64_t seed = 0;
  TextMap config;
  std::map<std::string, double> metrics;
  std::vector<Series> series;
  std::map<std::string, std::string> notes;
  TextMap provenance;

  std::optional<double> metric(const std::string& name) const;
  const Series* find_series(std::string_view name) const;  ///< null when there is none
};

/// Something that belongs to the results and has no result.
struct NotRun {
  std::string what;
  std::string reason;
};

/// What the last run of an experiment set out to do: OUT/experiments/NAME.json, schema unrecur.experiment/1.
struct ExperimentPlan {
  std::string experiment, tier;
  TextMap claim,
      verdict;  ///< by the claim's name: what is claimed, and the rule that settles it, fixed before the runs
  std::set<std::string> jobs;
  std::vector<std::string> not_run;  ///< why parts of it were not planned
};

struct ResultStore {
  std::vector<StoredResult> results;            ///< by experiment, configuration, seed
  std::map<std::string, ExperimentPlan> plans;  ///< by experiment
  std::vector<NotRun> not_run;                  ///< what was planned or begun and has no result
};

/// Reads one `result.json`. Throws FileError (with a place such as `series[2].y`) when it is malformed.
StoredResult read_result(const std::filesystem::path& file);

/// What each experiment shows: the results that its plan names, which for a view are another experiment's, and those of
/// its own name that no plan names.
std::map<std::string, std::vector<StoredResult>> results_by_chapter(const ResultStore& store);

/// Reads one OUT/experiments/NAME.json. Throws FileError likewise.
ExperimentPlan read_plan(const std::filesystem::path& file);

/// Reads OUT/jobs/*/result.json and OUT/experiments/*.json. Of an experiment with a plan only the results that the plan
/// names. Throws FileError when the folder has no `jobs` or something in it is malformed.
/// Cost: linear in the size of the files; a file above 64 MiB is refused.
ResultStore read_results(const std::filesystem::path& folder);

}  // namespace unrecur::reports

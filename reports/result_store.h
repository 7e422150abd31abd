#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/experiment.h"

namespace unrecur::reports {

/// Values of a JSON object as text, nested keys joined by dots: {"data": {"jsb": "ab12"}} has the key `data.jsb`.
using TextMap = std::map<std::string, std::string>;

/// The value of a key, or `otherwise`.
std::string text_of(const TextMap& map, const std::string& key, std::string_view otherwise = {});

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

struct ResultStore {
  std::filesystem::path folder;
  std::vector<StoredResult> results;  ///< by experiment, configuration, seed
  std::vector<NotRun> not_run;        ///< job folders without a result
};

/// Reads one `result.json`. Throws FileError (with a place such as `series[2].y`) when it is malformed.
StoredResult read_result(const std::filesystem::path& file);

/// Reads OUT/jobs/*/result.json. Throws FileError when the folder has no `jobs` or a result is malformed.
/// Cost: linear in the size of the files; a file above 64 MiB is refused.
ResultStore read_results(const std::filesystem::path& folder);

}  // namespace unrecur::reports

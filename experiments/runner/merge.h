#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace unrecur {

/// Folders in which the same job has different results, or the same plan another text.
struct MergeConflict {
  std::string what;   ///< the job's hash, or the plan's file
  std::string where;  ///< the first place at which they differ, with both values
  std::filesystem::path kept_from, other_from;
  std::filesystem::path other;  ///< where the other one lies now, in the merged folder; empty for a plan
};

struct MergeSummary {
  int results = 0;                   ///< jobs with a result
  int same = 0;                      ///< further results of them that agree in every number
  int unfinished = 0;                ///< jobs without a result whose checkpoint and log came along
  std::vector<std::string> running;  ///< hashes left out, because a process is at them
  std::vector<MergeConflict> conflicts;
};

/// One folder of results out of several: every job that has a result in one of them, with that result; of a job that
/// has several, the first one in the order of `folders`; of a job without any, the state that has come furthest.
/// Results are the same where configuration, metrics and series are, those of times apart; provenance and notes may
/// differ. One that is not goes to OUT/conflicts/HASH/N, N its folder's place in the list from 1, and is told. Plans of
/// an experiment are joined: all jobs of one, then what the others have beyond it; a reason not to run stays where
/// every folder gives it.
///
/// `out` must not exist or be an empty folder; it appears whole or not at all, and the folders are only read.
/// Throws UsageError (fewer than two folders; `out` in use or among them; plans of different tiers), FileError
/// (a folder without jobs; something malformed), ResourceError.
MergeSummary merge_results(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& out);

}  // namespace unrecur

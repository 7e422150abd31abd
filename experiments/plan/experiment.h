#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/execution.h"

namespace unrecur {

class Config;          // experiments/plan/config.h: the keys of one configuration, read strictly
class DataSource;      // experiments/data/source.h: where the data sets are
class ProgressReport;  // experiments/support/progress.h

/// A curve of a result. The side says what the numbers are, so that no report can show a measurement as a bound.
struct Series {
  std::string name, x_name, y_name;
  std::vector<double> x, y;
  std::string side = "measured";  ///< upper, lower, estimate or measured
};

/// Whether a metric or a series of this name is made of measured times, which differ from one run to the next where all
/// else is the same: its name has "seconds" or "speedup" in it.
inline bool is_of_times(std::string_view name) {
  return name.find("seconds") != name.npos || name.find("speedup") != name.npos;
}

/// What an experiment found for one (configuration, seed).
struct Findings {
  std::map<std::string, double> metrics;  ///< finite numbers only; leave out what is not known
  std::vector<Series> series;
  std::map<std::string, std::string> notes;  ///< facts that are not numbers: verdicts, file names, reasons
};

/// What a job is given.
struct JobContext {
  const Config& config;
  std::uint64_t seed;
  const DataSource& data;
  std::filesystem::path folder;  ///< the job's own; checkpoints and model files go here and stay
  ProgressReport& progress;
  int threads = 1;
  ExecutionContext execution{};
};

/// One table or figure. Each file of experiments/figures/ defines one; the build makes the table of all of them.
struct Experiment {
  std::string_view name;   ///< as in `reproduce NAME` and in experiments/configs/NAME.toml
  std::string_view title;  ///< one line for people
  /// Version of the computation: part of a result's hash. Raise it whenever a change can change a number.
  int version;
  /// Runs one job. Throws Interrupted after saving a checkpoint where a stop is asked for; goes on from the checkpoint
  /// in `folder` when there is one, and ends with the same bits as a job that was never stopped.
  Findings (*run)(const JobContext&);
  /// Reads, from the configuration, every key that `run` will read, so that a mistake shows before any job starts and
  /// the fallbacks are part of the hash. Without it both wait until the job runs.
  void (*read)(const Config&) = nullptr;
};

namespace registry::figures {
std::span<const Experiment* const> all();
}

}  // namespace unrecur

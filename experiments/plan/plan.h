#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/plan/data_needs.h"
#include "experiments/plan/experiment.h"
#include "experiments/plan/job.h"
#include "experiments/plan/tiers.h"

namespace unrecur {

struct PlanOptions {
  std::vector<std::string> names{};  ///< of experiments; empty: all
  std::string tier = "smoke";
  std::optional<int>
      seeds{};            ///< so many instead of those listed: the first of them, then the numbers after the largest
  std::string command{};  ///< for the record
  std::span<const Experiment* const> experiments = registry::figures::all();
  std::vector<ExperimentConfig> configs{};
  std::function<DataNeeds(const Config&)> data_needs{};  ///< none: nothing is needed
};

/// An experiment, or variants of it, that cannot be run now.
struct NotPlanned {
  std::string experiment, reason;
};

struct Plan {
  std::string tier, command;
  std::vector<Job> jobs;  ///< by experiment, variant, seed; no hash twice
  /// The hashes of each experiment asked for, in its order. Those of a view (experiments/plan/tiers.h) are another's
  /// jobs.
  std::map<std::string, std::vector<std::string>> shown;
  std::vector<NotPlanned> not_planned;
  std::vector<ExperimentConfig> configs;      ///< of the experiments asked for
  std::map<std::string, std::string> titles;  ///< of the experiments asked for, for people
};

/// Which jobs there are. Every configuration is read (Experiment::read), so that mistakes show before anything runs.
/// Throws UsageError for a name, FileError for a configuration, and FileError where an experiment that was asked for by
/// name can run no job because its data is missing.
Plan make_plan(const PlanOptions& options);

/// Cost of what a tier holds, whatever is stored: minutes of one processor and MiB. Views cost nothing of their own.
struct Cost {
  int jobs = 0;
  double minutes = 0, disk_mib = 0;
};
Cost cost_of(std::span<const ExperimentConfig> configs, std::string_view tier);
Cost cost_of(std::span<const Job> jobs);

}  // namespace unrecur

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/config.h"

namespace unrecur {

/// The sizes in which every experiment can be run, smallest first.
inline constexpr std::array<std::string_view, 3> tier_names = {"smoke", "laptop", "paper"};

/// One configuration of an experiment: the tier's base, overridden by the arm's own keys.
struct Arm {
  Config config;
  std::vector<std::uint64_t> seeds;  ///< runs once with each; arms of a task that share seeds are paired by them
  int threads = 1;                   ///< of one job
  double minutes = 0;                ///< expected, of one job on two cores that are a few years old
  double disk_mib = 0;               ///< expected, of one job
};

struct Tier {
  std::vector<Arm> arms;
};

/// What experiments/configs/NAME.toml says of one table or figure.
///
///     experiment = "gap"
///     [claim]                      # what the experiment is to settle, in words: free keys, copied into the report
///     [verdict]                    # the rules, fixed before the runs: free keys, copied into the report
///     [tier.smoke]
///     seeds = [1, 2]               # an arm may have its own
///     minutes = 0.2                # of one job; likewise
///     disk_mib = 1                 # likewise
///     threads = 1                  # likewise; may be left out
///     [tier.smoke.base]            # keys of every arm
///     [[tier.smoke.arm]]           # keys of one arm; at least one arm
struct ExperimentConfig {
  std::string file;  ///< name in messages
  std::string experiment;
  Config claim, verdict;
  std::map<std::string, Tier, std::less<>> tiers;  ///< at least one
};

/// Throws FileError for anything that does not fit the above, unknown keys included. Keys of arms are not looked at:
/// they are the experiment's.
ExperimentConfig parse_experiment_config(std::string_view text, const std::string& file);

/// Those of the source tree as it was built or, where `folder` is given, its *.toml files; by name. Throws FileError,
/// also for a file that is not called after its experiment.
std::vector<ExperimentConfig> load_experiment_configs(const std::optional<std::filesystem::path>& folder = {});

struct EmbeddedConfig {
  std::string_view name, text;
};
/// Written at build time by cmake/UnrecurConfigs.cmake.
std::span<const EmbeddedConfig> embedded_configs();

}  // namespace unrecur

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/plan/config.h"

namespace unrecur {

/// The sizes in which every experiment can be run, smallest first.
inline constexpr std::array<std::string_view, 3> tier_names = {"smoke", "laptop", "paper"};

/// One configuration of an experiment: the tier's base, overridden by the variant's own keys.
struct Variant {
  Config config;
  std::vector<std::uint64_t> seeds;  ///< runs once with each; variants of a task that share seeds are paired by them
  int threads = 1;                   ///< of one job
  double minutes = 0;                ///< expected, of one job on two cores that are a few years old
  double disk_mib = 0;               ///< expected, of one job
};

/// Which variants a view shows: those that have one of the values listed for every key listed.
using Selection = std::map<std::string, std::set<std::string>, std::less<>>;

struct Tier {
  std::vector<Variant> variants;  ///< of a view: none
  Selection selection;            ///< of a view
};

/// What experiments/configs/NAME.toml says of one table or figure.
///
///     experiment = "gap"
///     [claim]                      # what the experiment is to settle, in words: free keys, copied into the report
///     [verdict]                    # the rules, fixed before the runs: free keys, copied into the report
///     [tier.smoke]
///     seeds = [1, 2]               # a variant may have its own
///     minutes = 0.2                # of one job; likewise
///     disk_mib = 1                 # likewise
///     threads = 1                  # likewise; may be left out
///     [tier.smoke.base]            # keys of every variant
///     [tier.smoke.recipe.NAME]     # keys that several variants share, cost included; may be left out
///     [[tier.smoke.variant]]           # keys of one variant; at least one variant
///     recipe = "NAME"          # what it does not say itself it has from there, and what that does not say from base
///     each = [{ … }, { … }]    # several variants that differ in these keys alone; may be left out
///
/// A figure that shows results of another experiment is a *view* on it: it has no variants, and so no jobs of its own.
/// Where both are asked for, each job runs once; its hash knows nothing of the view.
///
///     experiment = "fig1b"
///     title = "Learning curves on music"
///     jobs_of = "table1"           # the experiment whose jobs it shows
///     [tier.laptop]                # lists of values: of table1's variants in this tier those whose keys have one of
///     them task = ["jsb"] cell = ["elman", "lstm"]
struct ExperimentConfig {
  std::string file;  ///< name in messages
  std::string experiment;
  std::string title, jobs_of;  ///< of a view; empty for others, whose title the program has
  Config claim, verdict;
  std::map<std::string, Tier, std::less<>> tiers;  ///< at least one
};

/// Whether a variant has what a view selects. Keys count as they are written, base included, without fallbacks.
bool selects(const Selection& selection, const Config& variant);

/// Throws FileError for anything that does not fit the above, unknown keys included. Keys of variants are not looked
/// at: they are the experiment's.
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

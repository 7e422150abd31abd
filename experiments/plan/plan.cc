#include "experiments/plan/plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/errors.h"
#include "base/json_text.h"
#include "experiments/plan/job_summary.h"
#include "experiments/support/names.h"

namespace unrecur {
namespace {

std::vector<std::uint64_t> seeds_of(const Variant& variant, std::optional<int> count) {
  std::vector<std::uint64_t> seeds = variant.seeds;
  if (!count) return seeds;
  const auto wanted = static_cast<std::size_t>(*count);
  if (wanted < seeds.size()) seeds.resize(wanted);
  while (seeds.size() < wanted) seeds.push_back(*std::ranges::max_element(seeds) + 1);
  return seeds;
}

class Planner {
 public:
  explicit Planner(const PlanOptions& options) : options_(options) {}

  Plan make() {
    plan_.tier = options_.tier;
    plan_.command = options_.command;
    std::vector<ExperimentConfig> configs = chosen();
    // Views last: what they show is then planned as a job of the experiment that it belongs to.
    std::stable_partition(configs.begin(), configs.end(), [](const ExperimentConfig& c) { return c.jobs_of.empty(); });
    for (const ExperimentConfig& config : configs) add(config);
    return std::move(plan_);
  }

 private:
  std::vector<ExperimentConfig> chosen() const {
    if (options_.names.empty()) return options_.configs;
    std::vector<std::string> known;
    for (const ExperimentConfig& config : options_.configs) known.push_back(config.experiment);
    std::vector<ExperimentConfig> result;
    for (const std::string& name : options_.names) {
      const auto found = std::ranges::find(options_.configs, name, &ExperimentConfig::experiment);
      if (found == options_.configs.end()) {
        throw UsageError("unknown experiment '" + name + "': " + suggest_name(name, known));
      }
      if (std::ranges::find(result, name, &ExperimentConfig::experiment) == result.end()) result.push_back(*found);
    }
    return result;
  }

  /// Where an experiment's jobs come from: itself, or what it is a view on.
  const ExperimentConfig& source_of(const ExperimentConfig& config) const {
    if (config.jobs_of.empty()) return config;
    std::vector<std::string> known;
    for (const ExperimentConfig& other : options_.configs) {
      if (!other.jobs_of.empty()) continue;
      if (other.experiment == config.jobs_of) return other;
      known.push_back(other.experiment);
    }
    throw FileError({config.file, "jobs_of", "no experiment with jobs is called \"" + config.jobs_of + "\"",
                     suggest_name(config.jobs_of, known)});
  }

  /// The variants of a tier that both have.
  std::vector<Variant> variants_of(const ExperimentConfig& config, const ExperimentConfig& source) const {
    const Tier& tier = config.tiers.at(options_.tier);
    if (config.jobs_of.empty()) return tier.variants;
    std::vector<Variant> variants = source.tiers.at(options_.tier).variants;
    std::erase_if(variants, [&](const Variant& variant) { return !selects(tier.selection, variant.config); });
    if (variants.empty()) {
      throw FileError({config.file, "tier." + options_.tier,
                       "expected keys that select at least one variant of " + source.experiment + " in this tier", ""});
    }
    return variants;
  }

  const Experiment& experiment_of(const ExperimentConfig& config) const {
    std::vector<std::string> known;
    for (const Experiment* experiment : options_.experiments) {
      if (experiment->name == config.experiment) return *experiment;
      known.emplace_back(experiment->name);
    }
    throw FileError({config.file, "experiment", "unknown experiment \"" + config.experiment + "\"",
                     suggest_name(config.experiment, known)});
  }

  void add(const ExperimentConfig& config) {
    const ExperimentConfig& source = source_of(config);
    const Experiment& experiment = experiment_of(source);
    plan_.configs.push_back(config);
    plan_.titles[config.experiment] = config.title.empty() ? std::string(experiment.title) : config.title;
    if (!config.tiers.contains(options_.tier) || !source.tiers.contains(options_.tier)) {
      refuse_or_note(config, "it has no tier " + options_.tier, "");
      return;
    }
    std::vector<Job> jobs;
    std::string missing, remedy;
    for (const Variant& variant : variants_of(config, source)) {
      const Job common = job_of(experiment, variant);
      const DataNeeds needs = options_.data_needs ? options_.data_needs(variant.config) : DataNeeds{};
      if (!needs.missing.empty()) {
        if (missing.find(needs.missing) == std::string::npos) missing += (missing.empty() ? "" : "; ") + needs.missing;
        remedy = needs.remedy;
        continue;
      }
      for (const std::uint64_t seed : seeds_of(variant, options_.seeds)) {
        Job job = common;
        job.data = needs.checksums;
        job.seed = seed;
        job.hash = hash_of(job);
        jobs.push_back(std::move(job));
      }
    }
    const std::vector<std::string> summaries = summaries_of(jobs);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      Job& job = jobs[i];
      std::vector<std::string>& shown = plan_.shown[config.experiment];
      if (std::ranges::find(shown, job.hash) == shown.end()) shown.push_back(job.hash);
      if (!hashes_.insert(job.hash).second) continue;  // two variants with the same keys are one job
      job.summary = summaries[i];
      plan_.jobs.push_back(std::move(job));
    }
    if (missing.empty()) return;
    if (jobs.empty()) {
      refuse_or_note(config, missing, remedy);
    } else {
      plan_.not_planned.push_back({config.experiment, missing});
    }
  }

  Job job_of(const Experiment& experiment, const Variant& variant) const {
    Job job;
    job.experiment = experiment.name;
    job.version = experiment.version;
    job.config = variant.config.written_json();
    if (experiment.read != nullptr) {
      experiment.read(variant.config);
      variant.config.require_all_read();
      job.config = variant.config.resolved_json();
    }
    job.tier = options_.tier;
    job.command = options_.command;
    job.threads = variant.threads;
    job.minutes = variant.minutes;
    job.disk_mib = variant.disk_mib;
    return job;
  }

  void refuse_or_note(const ExperimentConfig& config, const std::string& reason, const std::string& remedy) {
    if (!options_.names.empty()) {
      throw FileError({config.experiment, "", "this experiment cannot run: " + reason, remedy});
    }
    plan_.not_planned.push_back({config.experiment, reason});
  }

  const PlanOptions& options_;
  Plan plan_;
  std::set<std::string> hashes_;
};

}  // namespace

Plan make_plan(const PlanOptions& options) {
  if (std::ranges::find(tier_names, options.tier) == tier_names.end()) {
    const std::vector<std::string> known(tier_names.begin(), tier_names.end());
    throw UsageError("unknown tier '" + options.tier + "': " + suggest_name(options.tier, known));
  }
  if (options.seeds && *options.seeds < 1) throw UsageError("the number of seeds has to be at least 1");
  return Planner(options).make();
}

Cost cost_of(std::span<const ExperimentConfig> configs, std::string_view tier) {
  Cost cost;
  for (const ExperimentConfig& config : configs) {
    const auto found = config.tiers.find(tier);
    if (found == config.tiers.end() || !config.jobs_of.empty()) continue;
    for (const Variant& variant : found->second.variants) {
      const std::size_t seeds = variant.seeds.size();
      cost.jobs += static_cast<int>(seeds);
      cost.minutes += static_cast<double>(seeds) * variant.minutes;
      cost.disk_mib += static_cast<double>(seeds) * variant.disk_mib;
    }
  }
  return cost;
}

Cost cost_of(std::span<const Job> jobs) {
  Cost cost;
  for (const Job& job : jobs) {
    ++cost.jobs;
    cost.minutes += job.minutes;
    cost.disk_mib += job.disk_mib;
  }
  return cost;
}

}  // namespace unrecur

#include "reports/report/overview.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/variants.h"

namespace unrecur::reports {
namespace {

constexpr std::size_t shown_digits_of_a_hash = 10;

using Results = std::vector<const StoredResult*>;

std::map<std::string, Results> by_experiment(std::span<const StoredResult> results) {
  std::map<std::string, Results> groups;
  for (const StoredResult& r : results) groups[r.experiment].push_back(&r);
  return groups;
}

std::optional<double> number_of(const TextMap& map, const std::string& key) {
  const std::string text = text_or(map, key);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return value;
}

std::string joined(const std::set<std::string>& words, const std::string& separator = ", ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + literal(word);
  return text.empty() ? kNothing : text;
}

/// Distinct values of a provenance key.
std::set<std::string> distinct(std::span<const StoredResult> results, const std::string& key) {
  std::set<std::string> values;
  for (const StoredResult& r : results) {
    if (std::string value = text_or(r.provenance, key); !value.empty()) values.insert(std::move(value));
  }
  return values;
}

/// Names of the data sets that a job read: the keys below `data`.
std::set<std::string> data_sets(const Results& results) {
  const std::string prefix = "data.";
  std::set<std::string> names;
  for (const StoredResult* r : results) {
    for (auto it = r->provenance.lower_bound(prefix); it != r->provenance.end() && it->first.starts_with(prefix);
         ++it) {
      names.insert(it->first.substr(prefix.size()));
    }
  }
  return names;
}

std::string seeds_of(const Results& results) {
  std::set<std::uint64_t> seeds;
  for (const StoredResult* r : results) seeds.insert(r->seed);
  std::string text;
  for (const std::uint64_t seed : seeds) text += (text.empty() ? "" : ", ") + std::to_string(seed);
  return text;
}

std::vector<std::string> overview_row(const std::string& experiment, const Results& results) {
  std::set<std::string> tasks, tiers;
  double seconds = 0;
  for (const StoredResult* r : results) {
    if (const std::string task = text_or(r->config, "task"); !task.empty()) tasks.insert(task_title(task));
    if (std::string tier = text_or(r->provenance, "tier"); !tier.empty()) tiers.insert(std::move(tier));
    seconds += number_of(r->provenance, "wall_seconds").value_or(0);
  }
  const std::set<std::string> sets = data_sets(results);
  return {literal(experiment),    joined(tiers),
          joined(tasks, "; "),    std::to_string(results.size()),
          seeds_of(results),      sets.empty() ? "synthetic, generated in the process" : "files: " + joined(sets),
          format_seconds(seconds)};
}

/// Keys whose value is the same in all results.
TextMap shared_config(const Results& results) {
  TextMap shared = results.front()->config;
  for (const StoredResult* r : results) {
    std::erase_if(shared, [&](const auto& entry) {
      const auto other = r->config.find(entry.first);
      return other == r->config.end() || other->second != entry.second;
    });
  }
  return shared;
}

std::string config_text(const TextMap& config, const TextMap& without) {
  std::string text;
  for (const auto& [key, value] : config) {
    if (without.count(key)) continue;
    text += (text.empty() ? "" : ", ") + literal(key) + " = " + literal(value);
  }
  return text;
}

std::string in_code(const std::string& text) {
  return "`" + text + "`";
}

std::vector<std::string> run_row(const StoredResult& r, const TextMap& shared) {
  const auto seconds = number_of(r.provenance, "wall_seconds");
  const auto memory = number_of(r.provenance, "peak_memory_mib");
  return {in_code(r.hash.substr(0, shown_digits_of_a_hash)),
          std::to_string(r.seed),
          config_text(r.config, shared),
          seconds ? format_seconds(*seconds) : kNothing,
          memory ? format_decimals(*memory, 0) + " MiB" : kNothing,
          in_code(text_or(r.provenance, "commit", kNothing).substr(0, shown_digits_of_a_hash)),
          literal(text_or(r.provenance, "threads", kNothing)),
          literal(text_or(r.provenance, "cpu", text_or(r.provenance, "machine", kNothing))),
          literal(text_or(r.provenance, "started", kNothing)),
          in_code(text_or(r.provenance, "command", kNothing))};
}

Table runs_table(const std::string& experiment, const Results& results) {
  Table table;
  table.id = slug("runs-" + experiment);
  table.caption = "Jobs of " + literal(experiment) + " (" + std::to_string(results.size()) + ").";
  table.folded = true;
  const TextMap shared = shared_config(results);
  if (!shared.empty()) table.caption += " Shared configuration: " + config_text(shared, {}) + ".";
  table.columns = {{"job"},    {"seed", true},    {"configuration"}, {"time", true}, {"peak memory", true},
                   {"commit"}, {"threads", true}, {"machine"},       {"started"},    {"started as"}};
  for (const StoredResult* r : results) table.rows.push_back(run_row(*r, shared));
  return table;
}

}  // namespace

std::vector<Block> overview_blocks(std::span<const StoredResult> results, const ReaderCommands& commands) {
  Table table{"what-ran",
              "Experiments in this report. Time is the sum over jobs, which may have run side by side.",
              {{"experiment"}, {"tier"}, {"tasks"}, {"jobs", true}, {"seeds"}, {"data"}, {"time", true}},
              {}};
  for (const auto& [experiment, list] : by_experiment(results)) table.rows.push_back(overview_row(experiment, list));
  std::vector<Block> blocks;
  if (table.rows.empty()) return {Prose{"No job has a result yet."}};
  blocks.push_back(std::move(table));

  std::string text = "What is stored is not run again";
  if (!commands.again.empty()) text += "; " + in_code(commands.again) + " runs it all the same";
  text += ". Code: commit " + joined(distinct(results, "commit")) +
          "; compiler: " + joined(distinct(results, "compiler"), "; ") +
          "; machine: " + joined(distinct(results, "machine"), "; ") + ", " + joined(distinct(results, "cpu"), "; ");
  if (const std::set<std::string> kernels = distinct(results, "products"); !kernels.empty()) {
    text += "; products of matrices: " + joined(kernels, ", ");
  }
  text += ".";
  blocks.push_back(Prose{text});
  return blocks;
}

std::vector<Block> run_blocks(std::span<const StoredResult> results) {
  std::vector<Block> blocks;
  for (const auto& [experiment, list] : by_experiment(results)) blocks.push_back(runs_table(experiment, list));
  if (blocks.empty()) blocks.push_back(Prose{"No job has a result yet."});
  return blocks;
}

}  // namespace unrecur::reports

#include "reports/report/deviations.h"

#include <map>
#include <set>

#include "reports/blocks/markup.h"
#include "reports/results/variants.h"

namespace unrecur::reports {
namespace {

/// What the configurations of one task have in common or span.
struct TaskSizes {
  std::set<std::string> symbols, vocabularies, units;
  std::set<std::uint64_t> seeds;
};

std::string any_of_these(const std::set<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : " or ") + literal(value);
  return text;
}

/// The values of a key that is given and is not 0, which stands for all.
void collect_size(std::set<std::string>& values, const StoredResult& result, const std::string& key) {
  const std::string value = text_or(result.config, key, "0");
  if (value != "0") values.insert(value);
}

bool is_generated(const StoredResult& result) {
  const auto data = result.provenance.lower_bound("data.");
  return data == result.provenance.end() || !data->first.starts_with("data.");
}

}  // namespace

std::vector<std::string> size_deviations(const std::string& experiment, std::span<const StoredResult> results) {
  std::map<std::string, TaskSizes> tasks;
  for (const StoredResult& result : results) {
    if (is_generated(result)) continue;
    TaskSizes& sizes = tasks[text_or(result.config, "task")];
    collect_size(sizes.symbols, result, "train_symbols");
    collect_size(sizes.vocabularies, result, "vocabulary");
    collect_size(sizes.units, result, "hidden");
    sizes.seeds.insert(result.seed);
  }
  std::vector<std::string> list;
  for (const auto& [task, sizes] : tasks) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (!sizes.symbols.empty()) {
      add("trained on the first " + any_of_these(sizes.symbols) + " symbols");
      if (!sizes.vocabularies.empty()) add("a vocabulary of " + any_of_these(sizes.vocabularies));
      if (!sizes.units.empty()) add(any_of_these(sizes.units) + " units");
    }
    if (sizes.seeds.size() == 1) add("one seed, so without an interval");
    if (!text.empty())
      list.push_back("**" + literal(experiment) + "**, " + literal(task_title(task)) + ": " + text + ".");
  }
  return list;
}

}  // namespace unrecur::reports

#include "experiments/plan/job_summary.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json_text.h"

namespace unrecur {
namespace {

using nlohmann::json;

/// The jobs of one task and cell.
class Family {
 public:
  void add(const json& config) {
    ++jobs_;
    for (const auto& [key, value] : config.items()) {
      values_[key].insert(value.dump());
      ++times_[key];
    }
  }

  std::string summary_of(const json& config) const {
    std::string text;
    const auto say = [&](const std::string& key) {
      if (!config.contains(key)) return;
      const json& value = config[key];
      text += (text.empty() ? "" : " ") + (value.is_string() ? value.get<std::string>() : key + "=" + value.dump());
    };
    const std::vector<std::string> always = {"task", "cell", "stable_set"};
    std::ranges::for_each(always, say);
    for (const auto& [key, values] : values_) {
      const bool telling = values.size() > 1 || times_.at(key) < jobs_;
      if (telling && std::ranges::find(always, key) == always.end()) say(key);
    }
    return text;
  }

 private:
  int jobs_ = 0;
  std::map<std::string, std::set<std::string>> values_;
  std::map<std::string, int> times_;
};

}  // namespace

std::vector<std::string> summaries_of(const std::vector<Job>& jobs) {
  std::map<std::string, Family> families;
  std::vector<json> configs;
  const auto family_of = [&](const json& config) -> Family& {
    return families[config.value("task", "") + " " + config.value("cell", "")];
  };
  for (const Job& job : jobs) {
    configs.push_back(parse_json(job.config, "config"));
    family_of(configs.back()).add(configs.back());
  }
  std::vector<std::string> summaries;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const std::string text = family_of(configs[i]).summary_of(configs[i]);
    summaries.push_back(text + (text.empty() ? "seed " : ", seed ") + std::to_string(jobs[i].seed));
  }
  return summaries;
}

}  // namespace unrecur

#include "reports/results/result_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "base/errors.h"
#include "base/json_text.h"
#include "reports/results/json_value.h"

namespace unrecur::reports {
namespace {

namespace fs = std::filesystem;

constexpr const char* schema = "unrecur.result/1";
constexpr const char* plan_schema = "unrecur.experiment/1";

std::vector<double> numbers(const JsonValue& value) {
  std::vector<double> list;
  list.reserve(value.json().size());
  value.each_element([&](const JsonValue& element) { list.push_back(element.number()); });
  return list;
}

Series series_of(const JsonValue& value) {
  Series s;
  s.name = value.at("name").text();
  s.x_name = value.at("x_name").text();
  s.y_name = value.at("y_name").text();
  s.x = numbers(value.at("x"));
  s.y = numbers(value.at("y"));
  if (s.x.size() != s.y.size()) {
    value.at("y").fail("expected as many numbers as in x (" + std::to_string(s.x.size()) + "), found " +
                       std::to_string(s.y.size()));
  }
  s.side = value.at("side").text();
  const char* const sides[] = {"upper", "lower", "estimate", "measured"};
  if (std::find(std::begin(sides), std::end(sides), s.side) == std::end(sides)) {
    value.at("side").fail("expected upper, lower, estimate or measured, found \"" + s.side + "\"");
  }
  return s;
}

auto order(const StoredResult& r) {
  return std::tie(r.experiment, r.config, r.seed, r.hash);
}

/// What a folder holds, in the order of names; a folder that must be there is a FileError where it is not.
std::vector<fs::path> sorted_entries(const fs::path& folder, bool must_be_there) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error && !must_be_there) return {};
  if (error) {
    throw FileError(
        {folder.string(), "", "expected a folder: " + error.message(), "give the folder that `reproduce` wrote to"});
  }
  std::vector<fs::path> paths;
  for (const auto& entry : entries) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string count_of_results(std::size_t n, const std::string& experiment) {
  return std::to_string(n) + (n == 1 ? " stored result of " : " stored results of ") + experiment;
}

/// Takes out the results that no plan names although their experiment has one: they belong to other configurations or
/// to older code, and would count twice. Notes what a plan names and has no result.
void keep_planned(ResultStore& store, const std::set<std::string>& unfinished) {
  std::set<std::string> lacking;
  for (const auto& [experiment, plan] : store.plans) {
    lacking.insert(plan.jobs.begin(), plan.jobs.end());
    for (const std::string& reason : plan.not_run) store.not_run.push_back({experiment, reason});
  }
  const std::set<std::string> planned = lacking;
  std::map<std::string, std::size_t> left_out;
  std::erase_if(store.results, [&](const StoredResult& r) {
    lacking.erase(r.hash);
    const bool foreign = store.plans.contains(r.experiment) && !planned.contains(r.hash);
    if (foreign) ++left_out[r.experiment];
    return foreign;
  });
  for (const std::string& hash : lacking) {
    store.not_run.push_back(
        {"job " + hash, unfinished.count(hash) ? "begun, and not finished" : "planned, and not begun"});
  }
  if (store.plans.empty()) {
    for (const std::string& hash : unfinished) store.not_run.push_back({"job " + hash, "begun, and not finished"});
  }
  for (const auto& [experiment, n] : left_out) {
    store.not_run.push_back({count_of_results(n, experiment), "not part of the last plan; left out of this report"});
  }
}

}  // namespace

std::string text_or(const TextMap& map, const std::string& key, std::string_view otherwise) {
  const auto entry = map.find(key);
  return entry == map.end() ? std::string(otherwise) : entry->second;
}

std::optional<double> StoredResult::metric(const std::string& name) const {
  const auto entry = metrics.find(name);
  if (entry == metrics.end()) return std::nullopt;
  return entry->second;
}

const Series* StoredResult::find_series(std::string_view name) const {
  const auto found = std::find_if(series.begin(), series.end(), [&](const Series& s) { return s.name == name; });
  return found == series.end() ? nullptr : &*found;
}

StoredResult read_result(const fs::path& file) {
  const std::string name = file.string();
  const nlohmann::json json = parse_json(read_small_text(file), name);
  const JsonValue root(json, name, "");
  if (const std::string found = root.at("schema").text(); found != schema) {
    root.at("schema").fail(std::string("expected \"") + schema + "\", found \"" + found + "\"");
  }
  StoredResult r;
  r.hash = file.parent_path().filename().string();
  r.experiment = root.at("experiment").text();
  r.seed = root.at("seed").whole();
  r.config = text_map(root.at("config"));
  root.at("metrics").each_member([&](const std::string& key, const JsonValue& v) { r.metrics[key] = v.number(); });
  root.at("series").each_element([&](const JsonValue& v) { r.series.push_back(series_of(v)); });
  if (root.has("notes")) {
    root.at("notes").each_member([&](const std::string& key, const JsonValue& v) { r.notes[key] = v.text(); });
  }
  r.provenance = text_map(root.at("provenance"));
  return r;
}

ExperimentPlan read_plan(const fs::path& file) {
  const std::string name = file.string();
  const nlohmann::json json = parse_json(read_small_text(file), name);
  const JsonValue root(json, name, "");
  if (const std::string found = root.at("schema").text(); found != plan_schema) {
    root.at("schema").fail(std::string("expected \"") + plan_schema + "\", found \"" + found + "\"");
  }
  ExperimentPlan plan;
  plan.experiment = root.at("experiment").text();
  plan.tier = root.at("tier").text();
  plan.claim = text_map(root.at("claim"));
  plan.verdict = text_map(root.at("verdict"));
  root.at("jobs").each_element([&](const JsonValue& v) { plan.jobs.insert(v.text()); });
  root.at("not_run").each_element([&](const JsonValue& v) { plan.not_run.push_back(v.text()); });
  return plan;
}

std::map<std::string, std::vector<StoredResult>> results_by_chapter(const ResultStore& store) {
  std::map<std::string, std::vector<StoredResult>> chapters;
  for (const StoredResult& r : store.results) {
    bool named = false;
    for (const auto& [experiment, plan] : store.plans) {
      if (!plan.jobs.contains(r.hash)) continue;
      named = true;
      chapters[experiment].push_back(r);
    }
    if (!named) chapters[r.experiment].push_back(r);
  }
  return chapters;
}

ResultStore read_results(const fs::path& folder) {
  ResultStore store;
  std::set<std::string> unfinished;
  for (const fs::path& job : sorted_entries(folder / "jobs", true)) {
    if (!fs::is_directory(job)) continue;
    if (fs::exists(job / "result.json")) {
      store.results.push_back(read_result(job / "result.json"));
    } else {
      unfinished.insert(job.filename().string());
    }
  }
  for (const fs::path& file : sorted_entries(folder / "experiments", false)) {
    if (file.extension() != ".json") continue;
    ExperimentPlan plan = read_plan(file);
    store.plans[plan.experiment] = std::move(plan);
  }
  keep_planned(store, unfinished);
  std::sort(store.results.begin(), store.results.end(),
            [](const auto& a, const auto& b) { return order(a) < order(b); });
  return store;
}

}  // namespace unrecur::reports

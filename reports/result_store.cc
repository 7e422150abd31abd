#include "reports/result_store.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "experiments/json_text.h"
#include "models/errors.h"

namespace unrecur::reports {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* schema = "unrecur.result/1";
constexpr const char* remedy = "delete the job's folder and run the experiment again";

/// A value of the file and where it stands, for messages.
class Value {
 public:
  Value(const Json& json, const std::string& file, std::string place)
      : json_(json), file_(file), place_(std::move(place)) {}

  [[noreturn]] void fail(const std::string& expected) const { throw FileError({file_, place_, expected, remedy}); }

  void require(bool holds, const char* expected) const {
    if (!holds) fail(std::string("expected ") + expected + ", found " + found());
  }

  Value at(const char* key) const {
    require(json_.is_object(), "an object");
    const auto member = json_.find(key);
    if (member == json_.end()) fail("expected an object with the key \"" + std::string(key) + "\", found none");
    return inner(*member, place_.empty() ? key : place_ + "." + key);
  }

  bool has(const char* key) const { return json_.is_object() && json_.contains(key); }

  std::string text() const {
    require(json_.is_string(), "a string");
    return json_.get<std::string>();
  }

  double number() const {
    require(json_.is_number(), "a number");
    const double value = json_.get<double>();
    require(std::isfinite(value), "a finite number");
    return value;
  }

  std::uint64_t whole() const {
    require(json_.is_number_unsigned(), "a non-negative integer");
    return json_.get<std::uint64_t>();
  }

  template <class Use>
  void each_member(Use use) const {
    require(json_.is_object(), "an object");
    for (const auto& [key, member] : json_.items()) use(key, inner(member, place_ + "." + key));
  }

  template <class Use>
  void each_element(Use use) const {
    require(json_.is_array(), "an array");
    for (std::size_t i = 0; i < json_.size(); ++i) use(inner(json_[i], place_ + "[" + std::to_string(i) + "]"));
  }

  const Json& json() const { return json_; }

 private:
  Value inner(const Json& json, std::string place) const { return Value(json, file_, std::move(place)); }

  std::string found() const {
    if (json_.is_number()) return json_.dump();
    return json_.is_null() ? "null" : std::string(json_.type_name());
  }

  const Json& json_;
  const std::string& file_;
  std::string place_;
};

std::vector<double> numbers(const Value& value) {
  std::vector<double> list;
  list.reserve(value.json().size());
  value.each_element([&](const Value& element) { list.push_back(element.number()); });
  return list;
}

Series series_of(const Value& value) {
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

void flatten(const Json& json, const std::string& prefix, TextMap& map) {
  if (json.is_object()) {
    for (const auto& [key, member] : json.items()) flatten(member, prefix.empty() ? key : prefix + "." + key, map);
  } else {
    map[prefix] = json.is_string() ? json.get<std::string>() : json.dump();
  }
}

TextMap text_map(const Value& value) {
  value.require(value.json().is_object(), "an object");
  TextMap map;
  flatten(value.json(), "", map);
  return map;
}

auto order(const StoredResult& r) {
  return std::tie(r.experiment, r.config, r.seed, r.hash);
}

}  // namespace

std::string text_of(const TextMap& map, const std::string& key, std::string_view otherwise) {
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
  const Json json = parse_json(read_small_text(file), name);
  const Value root(json, name, "");
  if (const std::string found = root.at("schema").text(); found != schema) {
    root.at("schema").fail(std::string("expected \"") + schema + "\", found \"" + found + "\"");
  }
  StoredResult r;
  r.hash = file.parent_path().filename().string();
  r.experiment = root.at("experiment").text();
  r.seed = root.at("seed").whole();
  r.config = text_map(root.at("config"));
  root.at("metrics").each_member([&](const std::string& key, const Value& v) { r.metrics[key] = v.number(); });
  root.at("series").each_element([&](const Value& v) { r.series.push_back(series_of(v)); });
  if (root.has("notes")) {
    root.at("notes").each_member([&](const std::string& key, const Value& v) { r.notes[key] = v.text(); });
  }
  r.provenance = text_map(root.at("provenance"));
  return r;
}

ResultStore read_results(const fs::path& folder) {
  ResultStore store{folder, {}, {}};
  const fs::path jobs = folder / "jobs";
  std::error_code error;
  fs::directory_iterator entries(jobs, error);
  if (error) {
    throw FileError({jobs.string(), "", "expected a folder of jobs: " + error.message(),
                     "give the folder that `reproduce --out` wrote to"});
  }
  for (const auto& entry : entries) {
    if (!entry.is_directory()) continue;
    const fs::path file = entry.path() / "result.json";
    if (fs::exists(file)) {
      store.results.push_back(read_result(file));
    } else {
      store.not_run.push_back({"job " + entry.path().filename().string(), "begun, and not finished"});
    }
  }
  std::sort(store.results.begin(), store.results.end(),
            [](const auto& a, const auto& b) { return order(a) < order(b); });
  std::sort(store.not_run.begin(), store.not_run.end(), [](const auto& a, const auto& b) { return a.what < b.what; });
  return store;
}

}  // namespace unrecur::reports

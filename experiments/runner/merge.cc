#include "experiments/runner/merge.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/json_text.h"
#include "experiments/plan/experiment.h"
#include "experiments/plan/job.h"
#include "experiments/runner/heartbeat.h"
#include "experiments/runner/result.h"
#include "experiments/support/file_lock.h"

namespace unrecur {
namespace {

namespace fs = std::filesystem;
using Document = nlohmann::json;

Document document_in(const fs::path& file) {
  return parse_json(read_small_text(file), file.string());
}

/// What makes two results of a job the same: all but measured times, which are notes or say so by their names.
Document numbers_of(const fs::path& result) {
  Document document = document_in(result);
  document.erase("provenance");
  document.erase("notes");
  Document& metrics = document["metrics"];
  for (auto at = metrics.begin(); at != metrics.end();) at = is_of_times(at.key()) ? metrics.erase(at) : std::next(at);
  Document series = Document::array();
  for (const Document& one : document["series"]) {
    if (!is_of_times(one.value("name", ""))) series.push_back(one);
  }
  document["series"] = std::move(series);
  return document;
}

/// The first place at which two documents differ: "metrics/test_nll: 8.61 and 8.62".
std::string difference_of(const Document& a, const Document& b) {
  const Document patch = Document::diff(a, b);
  if (patch.empty()) return "";
  const std::string pointer = patch.front().at("path");
  const auto value_at = [&](const Document& document) {
    const Document::json_pointer place(pointer);
    if (!document.contains(place)) return std::string("nothing");
    const std::string text = document.at(place).dump();
    return text.size() > 60 ? text.substr(0, 57) + "..." : text;
  };
  return pointer.substr(1) + ": " + value_at(a) + " and " + value_at(b);
}

/// Copies what a job's folder holds, except the lock and what a killed writer left.
void copy_job(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    const std::string name = entry.path().filename().string();
    if (name == JobFolder{}.lock().string() || name.ends_with(".tmp")) continue;
    fs::copy(entry.path(), to / name, fs::copy_options::recursive);
  }
}

/// How far an unfinished job has come, to choose among several.
double done_in(const fs::path& job) {
  const auto beat = read_heartbeat(JobFolder{job}.heartbeat());
  return beat ? beat->progress.done : 0.0;
}

class Merger {
 public:
  Merger(const std::vector<fs::path>& folders, fs::path target) : folders_(folders), target_(std::move(target)) {}

  MergeSummary run() {
    fs::create_directories(target_ / "jobs");
    for (const auto& [hash, places] : jobs()) merge_job(hash, places);
    merge_plans();
    return summary_;
  }

 private:
  using Places = std::vector<std::size_t>;  ///< in folders_

  fs::path job_in(std::size_t folder, const std::string& hash) const { return folders_[folder] / "jobs" / hash; }

  std::map<std::string, Places> jobs() const {
    std::map<std::string, Places> places;
    for (std::size_t i = 0; i < folders_.size(); ++i) {
      for (const auto& entry : fs::directory_iterator(folders_[i] / "jobs")) {
        if (entry.is_directory()) places[entry.path().filename().string()].push_back(i);
      }
    }
    return places;
  }

  void merge_job(const std::string& hash, const Places& places) {
    Places finished, unfinished;
    bool running = false;
    for (const std::size_t i : places) {
      const JobFolder folder{job_in(i, hash)};
      if (holds_result(folder.result(), hash)) {
        finished.push_back(i);
      } else if (is_locked(folder.lock())) {
        running = true;
      } else {
        unfinished.push_back(i);
      }
    }
    if (!finished.empty()) return merge_results_of(hash, finished);
    if (running) summary_.running.push_back(hash);
    if (unfinished.empty()) return;
    const auto furthest =
        std::ranges::max_element(unfinished, {}, [&](std::size_t i) { return done_in(job_in(i, hash)); });
    copy_job(job_in(*furthest, hash), target_ / "jobs" / hash);
    ++summary_.unfinished;
  }

  void merge_results_of(const std::string& hash, const Places& finished) {
    const std::size_t first = finished.front();
    copy_job(job_in(first, hash), target_ / "jobs" / hash);
    ++summary_.results;
    const Document kept = numbers_of(JobFolder{job_in(first, hash)}.result());
    for (std::size_t n = 1; n < finished.size(); ++n) {
      const std::size_t i = finished[n];
      const std::string where = difference_of(kept, numbers_of(JobFolder{job_in(i, hash)}.result()));
      if (where.empty()) {
        ++summary_.same;
        continue;
      }
      const fs::path other = fs::path("conflicts") / hash / std::to_string(i + 1);
      copy_job(job_in(i, hash), target_ / other);
      summary_.conflicts.push_back({hash, where, folders_[first], folders_[i], other});
    }
  }

  void merge_plans() {
    std::map<std::string, Places> plans;
    for (std::size_t i = 0; i < folders_.size(); ++i) {
      std::error_code none;
      for (const auto& entry : fs::directory_iterator(folders_[i] / "experiments", none)) {
        if (entry.path().extension() == ".json") plans[entry.path().filename().string()].push_back(i);
      }
    }
    if (!plans.empty()) fs::create_directories(target_ / "experiments");
    for (const auto& [name, places] : plans) {
      write_atomically(target_ / "experiments" / name, merged_plan(name, places).dump() + "\n");
    }
  }

  Document merged_plan(const std::string& name, const Places& places) {
    const auto file_in = [&](std::size_t i) { return folders_[i] / "experiments" / name; };
    Document plan = document_in(file_in(places.front()));
    for (std::size_t n = 1; n < places.size(); ++n) {
      const fs::path file = file_in(places[n]);
      const Document other = document_in(file);
      try {
        join_plan(plan, other, name, folders_[places.front()], folders_[places[n]]);
      } catch (const nlohmann::json::exception& error) {
        throw FileError({file.string(), "", std::string("expected a stored plan: ") + error.what(),
                         "plan the runs again with `unrecur reproduce`"});
      }
    }
    return plan;
  }

  void join_plan(Document& plan, const Document& other, const std::string& name, const fs::path& from,
                 const fs::path& other_from) {
    if (plan.at("tier") != other.at("tier")) {
      throw UsageError("experiments/" + name + " is of tier " + plan.at("tier").get<std::string>() + " in " +
                       from.string() + " and of tier " + other.at("tier").get<std::string>() + " in " +
                       other_from.string() + ": merge folders of one tier");
    }
    for (const char* key : {"claim", "verdict"}) {
      const std::string where = difference_of(plan.at(key), other.at(key));
      if (!where.empty()) {
        summary_.conflicts.push_back({"experiments/" + name, std::string(key) + "/" + where, from, other_from, {}});
      }
    }
    std::set<std::string> there = plan.at("jobs").get<std::set<std::string>>();
    for (const auto& hash : other.at("jobs")) {
      if (there.insert(hash.get<std::string>()).second) plan.at("jobs").push_back(hash);
    }
    Document reasons = Document::array();
    for (const auto& reason : plan.at("not_run")) {
      if (std::ranges::find(other.at("not_run"), reason) != other.at("not_run").end()) reasons.push_back(reason);
    }
    plan.at("not_run") = reasons;
  }

  const std::vector<fs::path>& folders_;
  fs::path target_;
  MergeSummary summary_;
};

void require_mergeable(const std::vector<fs::path>& folders, const fs::path& out) {
  if (folders.size() < 2) throw UsageError("expected two folders of results or more");
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    if (!fs::is_directory(folder / "jobs")) {
      throw FileError({(folder / "jobs").string(), "", "expected a folder: there is none",
                       "give folders that `reproduce` wrote to"});
    }
    if (!seen.insert(fs::canonical(folder)).second) throw UsageError(folder.string() + " is given twice");
  }
  if (fs::exists(out) && (!fs::is_directory(out) || !fs::is_empty(out))) {
    throw UsageError(out.string() + " is in use: give a folder that is not there yet, so that nothing is overwritten");
  }
}

}  // namespace

MergeSummary merge_results(const std::vector<fs::path>& folders, const fs::path& out) {
  require_mergeable(folders, out);
  // Beside the target, so that it can take its name in one step.
  const fs::path target = fs::absolute(out).lexically_normal();
  const fs::path name = target.has_filename() ? target : target.parent_path();
  fs::path half = name;
  half += ".merging-" + std::to_string(::getpid());
  std::error_code ignored;
  try {
    fs::create_directories(half);
    MergeSummary summary = Merger(folders, half).run();
    fs::rename(half, name);
    return summary;
  } catch (const fs::filesystem_error& error) {
    fs::remove_all(half, ignored);
    throw ResourceError(error.what());
  } catch (...) {
    fs::remove_all(half, ignored);
    throw;
  }
}

}  // namespace unrecur

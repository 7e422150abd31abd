#include "experiments/runner/slurm_queue.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/json_text.h"
#include "experiments/support/child_process.h"

namespace unrecur {
namespace {

constexpr std::string_view kSlurmSchema = "unrecur.slurm/1";

/// The number of the array that sbatch told: "4711" or "4711;cluster".
std::string number_in_log(const std::filesystem::path& log) {
  std::ifstream in(log);
  std::string line;
  std::getline(in, line);
  line = line.substr(0, line.find(';'));
  return line.empty() || line.find_first_not_of("0123456789") != std::string::npos ? "" : line;
}

/// What a program prints on standard output; empty where it is missing, fails or takes longer than ten seconds.
std::string output_of(const std::vector<std::string>& command) {
  if (find_in_path(command.front()).empty()) return "";
  ChildProcess process({.command = command, .log = "/dev/null", .pipe_as = STDOUT_FILENO});
  std::string text;
  std::array<char, 4096> buffer;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const auto drain = [&] {
    for (;;) {
      const auto size = ::read(process.pipe(), buffer.data(), buffer.size());
      if (size <= 0) return;
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
  };
  while (std::chrono::steady_clock::now() < deadline) {
    drain();
    if (const auto status = process.ended()) {
      drain();
      return *status == 0 ? text : "";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return "";
}

/// Files of one array, in the order of their making.
std::vector<std::filesystem::path> array_files(const std::filesystem::path& folder) {
  std::error_code none;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files, {}, [&](const auto& file) { return std::filesystem::last_write_time(file, none); });
  return files;
}

}  // namespace

void write_slurm_array(const std::filesystem::path& stem, const std::vector<std::string>& jobs) {
  write_atomically(stem.string() + ".json", nlohmann::json{{"schema", kSlurmSchema}, {"jobs", jobs}}.dump() + "\n");
}

std::vector<SlurmArray> slurm_arrays(const std::filesystem::path& out) {
  std::vector<SlurmArray> arrays;
  for (const auto& file : array_files(out / "slurm")) {
    try {
      const nlohmann::json document = parse_json(read_small_text(file), file.string());
      if (document.at("schema") != kSlurmSchema) continue;
      auto log = file;
      arrays.push_back({number_in_log(log.replace_extension(".log")), document.at("jobs")});
    } catch (const FileError&) {
      continue;
    } catch (const nlohmann::json::exception&) {
      continue;
    }
  }
  return arrays;
}

std::map<std::string, SlurmTask> ask_slurm(const std::vector<SlurmArray>& arrays) {
  std::string ids;
  std::map<std::string, std::string> hash_of_task;
  for (const SlurmArray& array : arrays) {
    if (array.id.empty()) continue;
    ids += (ids.empty() ? "" : ",") + array.id;
    for (std::size_t i = 0; i < array.jobs.size(); ++i)
      hash_of_task[array.id + "_" + std::to_string(i)] = array.jobs[i];
  }
  std::map<std::string, SlurmTask> tasks;
  if (ids.empty()) return tasks;
  // Accounts first, so that what runs now is said over what they say of an earlier attempt.
  const std::string told = output_of({"sacct", "-n", "-X", "-P", "-o", "JobID,State,ExitCode", "-j", ids}) +
                           output_of({"squeue", "-h", "-r", "-t", "all", "-o", "%i|%T|%r", "-j", ids});
  for (SlurmTask& task : parse_slurm_tasks(told)) {
    const auto hash = hash_of_task.find(task.id);
    if (hash != hash_of_task.end()) tasks[hash->second] = std::move(task);
  }
  return tasks;
}

bool is_waiting(const SlurmTask& task) {
  const std::string_view waiting[] = {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SUSPENDED", "STOPPED"};
  return std::ranges::find(waiting, task.state) != std::end(waiting);
}

bool is_running(const SlurmTask& task) {
  return task.state == "RUNNING" || task.state == "COMPLETING";
}

std::vector<SlurmTask> parse_slurm_tasks(std::string_view text) {
  std::vector<SlurmTask> tasks;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find('|');
    const std::size_t second = first == std::string::npos ? first : line.find('|', first + 1);
    if (second == std::string::npos || line.find('_') > first) continue;
    SlurmTask task{line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)};
    task.state = task.state.substr(0, task.state.find(' '));  // "CANCELLED by 1000"
    if (task.reason == "None" || task.reason == "0:0") task.reason.clear();
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace unrecur

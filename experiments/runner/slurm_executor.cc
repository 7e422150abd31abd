#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/runner/executor.h"
#include "experiments/runner/result.h"
#include "experiments/runner/slurm_queue.h"
#include "experiments/support/child_process.h"
#include "experiments/support/progress_board.h"
#include "experiments/support/provenance.h"
#include "experiments/support/shell_word.h"

namespace unrecur {
namespace {

using State = JobOutcome::State;

constexpr std::size_t largest_array = 1000;  // Slurm's own limit, MaxArraySize, is 1001 unless a site changed it

/// The program as the other machines find it.
std::string absolute_program(const std::string& word) {
  if (word != "/proc/self/exe") return word;
  return std::filesystem::read_symlink(word).string();
}

/// The sbatch script of jobs that want the same number of threads.
std::string script_of(std::span<const Job* const> jobs, const ExecutorOptions& options) {
  double minutes = 0;
  for (const Job* job : jobs) minutes = std::max(minutes, job->minutes);
  const std::string at_once = options.jobs > 0 ? fmt::format("%{}", options.jobs) : "";
  // SIGTERM a minute before the time is up: the job saves its state, and the next `reproduce` goes on from there.
  std::string text = fmt::format(
      "#!/bin/bash\n"
      "#SBATCH --job-name=unrecur\n"
      "#SBATCH --array=0-{}{}\n"
      "#SBATCH --cpus-per-task={}\n"
      "#SBATCH --time={}\n"
      "#SBATCH --signal=B:TERM@60\n"
      "#SBATCH --requeue\n"
      "#SBATCH --output=/dev/null\n"
      "export OPENBLAS_NUM_THREADS={} OMP_NUM_THREADS={}\n"
      "folders=(\n",
      jobs.size() - 1, at_once, jobs.front()->threads, static_cast<int>(std::ceil(10 + 3 * minutes)),
      jobs.front()->threads, jobs.front()->threads);
  for (const Job* job : jobs) {
    text += "  " + shell_word(std::filesystem::absolute(folder_of(options.out, *job).path).string()) + "\n";
  }
  text += ")\nfolder=${folders[$SLURM_ARRAY_TASK_ID]}\nexec";
  const std::vector<std::string>& program = options.command.program;
  for (std::size_t i = 0; i < program.size(); ++i) {
    text += " " + shell_word(i == 0 ? absolute_program(program[0]) : program[i]);
  }
  text += " \"$folder\"";
  for (const std::string& argument : options.command.arguments) text += " " + shell_word(argument);
  return text + " >>\"$folder/log.txt\" 2>&1\n";
}

/// Jobs of one array: one thread count, and not more than Slurm takes.
std::vector<std::vector<const Job*>> arrays_of(std::span<const Job* const> jobs) {
  std::map<int, std::vector<const Job*>> by_threads;
  for (const Job* job : jobs) by_threads[job->threads].push_back(job);
  std::vector<std::vector<const Job*>> arrays;
  for (auto& [threads, group] : by_threads) {
    for (std::size_t start = 0; start < group.size(); start += largest_array) {
      const auto from = group.begin() + static_cast<std::ptrdiff_t>(start);
      arrays.emplace_back(from, from + static_cast<std::ptrdiff_t>(std::min(largest_array, group.size() - start)));
    }
  }
  return arrays;
}

/// A job array that was handed to Slurm. `sbatch --wait` ends with its last task.
class Submission {
 public:
  Submission(std::span<const Job* const> jobs, const ExecutorOptions& options, int number) {
    const std::filesystem::path folder = options.out / "slurm";
    std::filesystem::create_directories(folder);
    const std::string stem = fmt::format("{}-{}-{}", jobs.front()->hash, ::getpid(), number);
    const std::filesystem::path script = folder / (stem + ".sbatch");
    write_atomically(script, script_of(jobs, options));
    std::vector<std::string> hashes;
    for (const Job* job : jobs) hashes.push_back(job->hash);
    write_slurm_array(folder / stem, hashes);
    log_ = folder / (stem + ".log");
    sbatch_ = std::make_unique<ChildProcess>(
        ChildProcess::Options{.command = {"sbatch", "--parsable", "--wait", script.string()}, .log = log_});
  }

  bool ended() { return sbatch_->ended().has_value(); }

  /// Ends the waiting and the tasks; they get SIGTERM and save their state.
  void cancel() {
    std::ifstream in(log_);
    std::string id;
    std::getline(in, id);
    id = id.substr(0, id.find(';'));
    if (!id.empty() && id.find_first_not_of("0123456789") == std::string::npos && !find_in_path("scancel").empty()) {
      ChildProcess({.command = {"scancel", id}, .log = log_}).ended(true);
    }
    sbatch_->send(SIGTERM);
  }

  std::string complaint() const { return error_in_log(log_, 0); }

 private:
  std::filesystem::path log_;
  std::unique_ptr<ChildProcess> sbatch_;
};

bool is_stored(const ExecutorOptions& options, const Job& job) {
  return holds_result(folder_of(options.out, job).result(), job.hash);
}

class SlurmExecutor : public Executor {
 public:
  SlurmExecutor() {
    if (find_in_path("sbatch").empty()) {
      throw ResourceError(
          "sbatch is not in PATH: install the package slurm-client and set it up for your cluster, or take the "
          "executor local");
    }
  }

  void run(std::span<const Job* const> jobs, const ExecutorOptions& options, ProgressBoard& board,
           const std::function<void(const JobOutcome&)>& ended) override {
    // A result is the only sign that a task has done its work, so an old one must not stand.
    if (options.force) {
      for (const Job* job : jobs) std::filesystem::remove(folder_of(options.out, *job).result());
    }
    // An earlier call may have gone away while its arrays wait or run: their jobs are waited for, not submitted again.
    const std::set<std::string> at_work = options.force ? std::set<std::string>{} : still_at_work(options);
    std::vector<const Job*> fresh;
    for (const Job* job : jobs) {
      if (!at_work.contains(job->hash)) fresh.push_back(job);
    }
    if (const std::size_t n = jobs.size() - fresh.size(); n > 0) {
      board.say(fmt::format("{} of {} jobs are with Slurm already", n, jobs.size()));
    }
    std::vector<std::unique_ptr<Submission>> submissions;
    int number = 0;
    for (const auto& array : arrays_of(fresh)) {
      submissions.push_back(std::make_unique<Submission>(array, options, number++));
    }
    const bool stopped = !wait_for(submissions, jobs, fresh.size() < jobs.size(), options, board);
    for (const Job* job : jobs) ended(outcome_of(*job, options, stopped, submissions));
  }

 private:
  /// Hashes of jobs whose tasks wait or run.
  static std::set<std::string> still_at_work(const ExecutorOptions& options) {
    std::set<std::string> hashes;
    for (const auto& [hash, task] : ask_slurm(slurm_arrays(options.out))) {
      if (is_waiting(task) || is_running(task)) hashes.insert(hash);
    }
    return hashes;
  }

  /// Returns whether all ended by themselves; `others`: so do arrays of an earlier call.
  static bool wait_for(std::vector<std::unique_ptr<Submission>>& submissions, std::span<const Job* const> jobs,
                       bool others, const ExecutorOptions& options, ProgressBoard& board) {
    auto asked = std::chrono::steady_clock::now();
    const auto all_ended = [&] {
      if (!std::ranges::all_of(submissions, [](const auto& s) { return s->ended(); })) return false;
      constexpr auto pause = std::chrono::seconds(5);
      if (others && std::chrono::steady_clock::now() - asked >= pause) {
        others = !still_at_work(options).empty();
        asked = std::chrono::steady_clock::now();
      }
      return !others;
    };
    constexpr auto look = std::chrono::milliseconds(50);
    constexpr int looks_per_count = 40;  // reading the results costs more than asking for the process
    for (int i = 0; !all_ended(); ++i) {
      if (options.execution.stop.stop_requested()) {
        for (const auto& submission : submissions) submission->cancel();
        return false;
      }
      if (i % looks_per_count == 0) {
        const auto done = std::ranges::count_if(jobs, [&](const Job* job) { return is_stored(options, *job); });
        board.show("slurm", {static_cast<double>(done), static_cast<double>(jobs.size()), "jobs", "waiting"});
      }
      std::this_thread::sleep_for(look);
    }
    board.finish("slurm", "");
    return true;
  }

  static JobOutcome outcome_of(const Job& job, const ExecutorOptions& options, bool stopped,
                               const std::vector<std::unique_ptr<Submission>>& submissions) {
    JobOutcome outcome{&job, State::ran, {}, 0, 0};
    if (is_stored(options, job)) return outcome;
    outcome.state = stopped ? State::stopped : State::failed;
    outcome.exit_code = JobOutcome::kMachine;
    outcome.message = error_in_log(folder_of(options.out, job).log(), 0);
    for (const auto& submission : submissions) {
      if (outcome.message.empty()) outcome.message = submission->complaint();
    }
    if (outcome.message.empty()) outcome.message = "it ended without a result and without a word";
    return outcome;
  }
};

}  // namespace

std::unique_ptr<Executor> make_slurm_executor() {
  return std::make_unique<SlurmExecutor>();
}

}  // namespace unrecur

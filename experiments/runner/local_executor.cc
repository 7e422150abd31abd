#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

#include "base/parallel.h"
#include "experiments/runner/executor.h"
#include "experiments/runner/job_runner.h"
#include "experiments/support/child_process.h"
#include "experiments/support/progress_board.h"

namespace unrecur {
namespace {

using Clock = std::chrono::steady_clock;
using State = JobOutcome::State;

constexpr int progress_descriptor = 3;
constexpr int exit_interrupted = 130;

std::uintmax_t size_of(const std::filesystem::path& file) {
  std::error_code problem;
  const std::uintmax_t size = std::filesystem::file_size(file, problem);
  return problem ? 0 : size;
}

/// One job at work.
class Running {
 public:
  Running(const Job& job, const ExecutorOptions& options)
      : job_(job),
        log_(folder_of(options.out, job).log()),
        log_start_(size_of(log_)),
        process_({command_of(job, options), environment_of(job), log_, progress_descriptor}) {}

  const Job& job() const { return job_; }
  std::string title() const { return job_.experiment + " " + job_.summary; }
  pollfd poll_entry() const { return {process_.pipe(), POLLIN, 0}; }
  void send(int signal) const { process_.send(signal); }
  const Progress& progress() const { return reader_.last(); }

  /// Takes in what the job said; returns whether that changed anything.
  bool listen() {
    std::array<char, 4096> buffer;
    bool changed = false;
    for (;;) {
      const auto size = ::read(process_.pipe(), buffer.data(), buffer.size());
      if (size <= 0) return changed;
      changed = reader_.feed({buffer.data(), static_cast<std::size_t>(size)}) || changed;
    }
  }

  std::optional<JobOutcome> ended() {
    const std::optional<int> status = process_.ended();
    if (!status) return std::nullopt;
    JobOutcome outcome{
        &job_, State::failed, {}, JobOutcome::kMachine, std::chrono::duration<double>(Clock::now() - started_).count()};
    if (WIFEXITED(*status)) outcome.exit_code = WEXITSTATUS(*status);
    if (WIFEXITED(*status) && outcome.exit_code == 0) {
      outcome.state = State::ran;
      return outcome;
    }
    if (outcome.exit_code == exit_interrupted) outcome.state = State::stopped;
    outcome.message = error_in_log(log_, log_start_);
    if (WIFSIGNALED(*status) || outcome.message.empty()) outcome.message = describe_status(*status);
    return outcome;
  }

 private:
  static std::vector<std::string> command_of(const Job& job, const ExecutorOptions& options) {
    const JobCommand& command = options.command;
    std::vector<std::string> words = command.program;
    words.push_back(folder_of(options.out, job).path.string());
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    if (command.progress.empty()) return words;
    words.insert(words.end(), command.progress.begin(), command.progress.end());
    words.push_back(std::to_string(progress_descriptor));
    return words;
  }

  static std::map<std::string, std::string> environment_of(const Job& job) {
    const std::string threads = std::to_string(job.threads);
    return {{"OPENBLAS_NUM_THREADS", threads}, {"OMP_NUM_THREADS", threads}};
  }

  const Job& job_;
  std::filesystem::path log_;
  std::uintmax_t log_start_;
  ProgressReader reader_;
  Clock::time_point started_ = Clock::now();
  ChildProcess process_;
};

/// A line for all jobs together, where there are several: how many have ended, and when the last one will have.
class Tally {
 public:
  Tally(std::size_t jobs, ProgressBoard& board) : jobs_(static_cast<double>(jobs)), board_(board) {
    if (jobs_ > 1) show();
  }
  ~Tally() { board_.finish(title, ""); }
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  void count(State state) {
    ++ended_;
    if (state == State::failed) ++failed_;
    if (jobs_ > 1) show();
  }

 private:
  static constexpr const char* title = "all jobs";
  void show() {
    board_.show(title, {ended_, jobs_, "jobs",
                        fmt::format("{:.0f} of {:.0f} ended", ended_, jobs_) +
                            (failed_ > 0 ? fmt::format(", {:.0f} failed", failed_) : "")});
  }

  double jobs_, ended_ = 0, failed_ = 0;
  ProgressBoard& board_;
};

class LocalExecutor : public Executor {
 public:
  void run(std::span<const Job* const> jobs, const ExecutorOptions& options, ProgressBoard& board,
           const std::function<void(const JobOutcome&)>& ended) override {
    std::vector<std::unique_ptr<Running>> running;
    std::size_t next = 0;
    bool told = false;
    Tally tally(jobs.size(), board);
    while (next < jobs.size() || !running.empty()) {
      if (options.execution.stop.stop_requested()) {
        if (!told) {
          for (const auto& job : running) job->send(SIGTERM);
          if (!running.empty()) board.say("stopping: the running jobs save their state (again Ctrl-C: at once)");
        }
        told = true;
        if (running.empty()) return;
      }
      while (!told && next < jobs.size() && fits(*jobs[next], running, options)) {
        running.push_back(std::make_unique<Running>(*jobs[next++], options));
        board.show(running.back()->title(), {0, 0, "", "starting"});
      }
      wait_a_little(running);
      for (auto& job : running) {
        if (job->listen()) board.show(job->title(), job->progress());
        if (const auto outcome = job->ended()) {
          board.finish(job->title(), "");
          tally.count(outcome->state);
          ended(*outcome);
          job.reset();
        }
      }
      std::erase(running, nullptr);
    }
  }

 private:
  /// Whether one more job may start: the machine carries as many threads as it has processors, and always one job.
  static bool fits(const Job& job, const std::vector<std::unique_ptr<Running>>& running,
                   const ExecutorOptions& options) {
    if (running.empty()) return true;
    if (options.jobs > 0) return static_cast<int>(running.size()) < options.jobs;
    int threads = job.threads;
    for (const auto& other : running) threads += other->job().threads;
    return threads <= usable_cores();
  }

  static void wait_a_little(const std::vector<std::unique_ptr<Running>>& running) {
    std::vector<pollfd> entries;
    for (const auto& job : running) entries.push_back(job->poll_entry());
    constexpr int milliseconds = 50;
    ::poll(entries.data(), entries.size(), milliseconds);
    // A closed pipe is always ready; without a pause its owner's end would be awaited at full speed.
    const bool only_closed = std::ranges::none_of(entries, [](const pollfd& e) { return (e.revents & POLLIN) != 0; }) &&
                             std::ranges::any_of(entries, [](const pollfd& e) { return e.revents != 0; });
    if (only_closed) ::usleep(2000);
  }
};

}  // namespace

std::unique_ptr<Executor> make_local_executor() {
  return std::make_unique<LocalExecutor>();
}

}  // namespace unrecur

#include "tests/experiments/runner/toy.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/plan/config.h"
#include "experiments/runner/job_runner.h"
#include "experiments/support/progress.h"
#include "tests/support/stop_on_signals.h"

namespace unrecur::testing {
namespace {

double term(int step, std::uint64_t seed) {
  return std::sin(step + 0.1 * static_cast<double>(seed));
}

struct ToyOptions {
  int steps, pause, at;
  std::string behaviour;
};

ToyOptions options_of(const Config& config) {
  config.get_string("task", "teacher");
  return {static_cast<int>(config.get_int("steps", 3, {.at_least = 1})),
          static_cast<int>(config.get_int("pause", 0, {.at_least = 0})),
          static_cast<int>(config.get_int("at", 1, {.at_least = 0})),
          config.get_choice("behaviour", {"good", "file", "machine", "throw", "crash", "killed once", "nan"}, "good")};
}

void misbehave(const ToyOptions& options, const std::filesystem::path& folder) {
  if (options.behaviour == "file") throw FileError({"weights.bin", "offset 8", "expected more", ""});
  if (options.behaviour == "machine") throw ResourceError("no space left");
  if (options.behaviour == "throw") throw std::runtime_error("something odd");
  if (options.behaviour == "crash") ::raise(SIGSEGV);
  if (options.behaviour == "killed once" && !std::filesystem::exists(folder / "killed")) {
    write_atomically(folder / "killed", "");
    ::raise(SIGKILL);
  }
}

Findings run_toy(const JobContext& job) {
  const ToyOptions options = options_of(job.config);
  std::ofstream(job.folder / "../../runs", std::ios::app) << "x";
  int step = 0;
  double sum = 0;
  const auto checkpoint = job.folder / "checkpoint";
  if (std::ifstream in(checkpoint, std::ios::binary); in) {
    in.read(reinterpret_cast<char*>(&step), sizeof step);
    in.read(reinterpret_cast<char*>(&sum), sizeof sum);
  }
  while (step < options.steps) {
    if (job.execution.stop.stop_requested()) throw Interrupted("stopped at step " + std::to_string(step));
    if (step == options.at) misbehave(options, job.folder);
    sum += term(step++, job.seed);
    std::string state(reinterpret_cast<const char*>(&step), sizeof step);
    state.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    write_atomically(checkpoint, state);
    job.progress.update(step, options.steps, "steps", "adding");
    std::this_thread::sleep_for(std::chrono::milliseconds(options.pause));
  }
  return {
      {{"sum", options.behaviour == "nan" ? std::nan("") : sum}}, {}, {{"threads", std::getenv("OMP_NUM_THREADS")}}};
}

constexpr Experiment toy = {"toy", "Sums", 1, run_toy};
constexpr Experiment strict = {"strict", "Sums, read ahead", 2, run_toy, [](const Config& c) { options_of(c); }};
constexpr const Experiment* table[] = {&toy, &strict};

/// The words after this program's own.
std::vector<std::string> own_words() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
  return {words.begin() + std::min<std::ptrdiff_t>(4, std::ssize(words)), words.end()};
}

int run_as_child() {
  JobOptions options{.experiments = toys()};
  ProgressReport progress;
  const std::vector<std::string> words = own_words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--force") {
      options.force = true;
    } else if (words[i] == "--progress") {
      ::signal(SIGPIPE, SIG_IGN);
      progress = ProgressReport::into_pipe(std::stoi(words[++i]));
    } else {
      options.folder = {words[i]};
    }
  }
  try {
    const testing::StopOnSignals signals;
    options.execution = signals.execution();
    run_job(options, progress);
    return 0;
  } catch (const FileError& error) {
    std::cerr << "unrecur: " << error.what() << std::endl;
    return 3;
  } catch (const ResourceError& error) {
    std::cerr << "unrecur: " << error.what() << std::endl;
    return 4;
  } catch (const Interrupted& error) {
    std::cerr << "unrecur: " << error.what() << std::endl;
    return 130;
  } catch (const std::exception& error) {
    std::cerr << "unrecur: " << error.what() << std::endl;
    return 1;
  }
}

// Not a test: what toy_command() runs.
TEST(ToyJob, DISABLED_InAProcessOfItsOwn) {
  ::_exit(run_as_child());
}

}  // namespace

std::span<const Experiment* const> toys() {
  return table;
}

double toy_sum(int steps, std::uint64_t seed) {
  double sum = 0;
  for (int step = 0; step < steps; ++step) sum += term(step, seed);
  return sum;
}

JobCommand toy_command(bool force) {
  JobCommand command{.program = {"/proc/self/exe", "--gtest_filter=ToyJob.DISABLED_InAProcessOfItsOwn",
                                 "--gtest_also_run_disabled_tests", "--gtest_brief=1"},
                     .progress = {"--progress"}};
  if (force) command.arguments = {"--force"};
  return command;
}

int runs_in(const std::filesystem::path& out) {
  std::error_code problem;
  const auto size = std::filesystem::file_size(out / "runs", problem);
  return problem ? 0 : static_cast<int>(size);
}

}  // namespace unrecur::testing

#include "experiments/runner/heartbeat.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/json_text.h"

namespace unrecur {
namespace {

using Phase = Heartbeat::Phase;

constexpr std::string_view kHeartbeatSchema = "unrecur.heartbeat/1";
constexpr std::array<std::pair<Phase, std::string_view>, 3> phase_names = {
    {{Phase::running, "running"}, {Phase::stopped, "stopped"}, {Phase::failed, "failed"}}};

std::string_view name_of_phase(Phase phase) {
  return std::ranges::find(phase_names, phase, &std::pair<Phase, std::string_view>::first)->second;
}

nlohmann::json json_of_heartbeat(const Heartbeat& beat) {
  return {{"schema", kHeartbeatSchema},   {"phase", name_of_phase(beat.phase)},
          {"reason", beat.reason},        {"done", beat.progress.done},
          {"total", beat.progress.total}, {"unit", beat.progress.unit},
          {"text", beat.progress.text},   {"rate", beat.rate},
          {"seconds", beat.seconds},      {"slurm", beat.slurm}};
}

/// The name of this process's task where Slurm started it.
std::string own_slurm_task() {
  const char* array = std::getenv("SLURM_ARRAY_JOB_ID");
  const char* task = std::getenv("SLURM_ARRAY_TASK_ID");
  return array == nullptr || task == nullptr ? "" : std::string(array) + "_" + task;
}

}  // namespace

std::optional<Heartbeat> read_heartbeat(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  try {
    const nlohmann::json document = parse_json(read_small_text(file), file.string());
    const auto phase = std::ranges::find(phase_names, document.at("phase").get<std::string>(),
                                         &std::pair<Phase, std::string_view>::second);
    if (document.at("schema") != kHeartbeatSchema || phase == phase_names.end()) return std::nullopt;
    return Heartbeat{phase->first,
                     document.at("reason").get<std::string>(),
                     {document.at("done").get<double>(), document.at("total").get<double>(),
                      document.at("unit").get<std::string>(), document.at("text").get<std::string>()},
                     document.at("rate").get<double>(),
                     document.at("seconds").get<double>(),
                     document.at("slurm").get<std::string>()};
  } catch (const FileError&) {
    return std::nullopt;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

HeartbeatWriter::HeartbeatWriter(std::filesystem::path file) : file_(std::move(file)) {
  now_.slurm = own_slurm_task();
  write();
}

double HeartbeatWriter::seconds() const {
  return std::chrono::duration<double>(Clock::now() - began_).count();
}

void HeartbeatWriter::show(const Progress& progress) {
  constexpr auto pause = std::chrono::seconds(2);
  now_.progress = progress;
  const bool first = progress.total > 0 && !first_done_;
  if (first) {
    first_done_ = progress.done;
    first_seconds_ = seconds();
  }
  if (first_done_ && progress.done > *first_done_ && seconds() > *first_seconds_) {
    now_.rate = (progress.done - *first_done_) / (seconds() - *first_seconds_);
  }
  if (first || Clock::now() - written_ >= pause) write();
}

void HeartbeatWriter::end(Phase phase, const std::string& reason) {
  now_.phase = phase;
  now_.reason = reason;
  write();
}

void HeartbeatWriter::remove() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

void HeartbeatWriter::write() {
  written_ = Clock::now();
  now_.seconds = seconds();
  try {
    write_atomically(file_,
                     json_of_heartbeat(now_).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } catch (const ResourceError&) {
    // The job itself will say what is wrong with the disk, where it needs it.
  }
}

}  // namespace unrecur

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace unrecur {

/// One (experiment, configuration, seed), with all that its result depends on: OUT/jobs/HASH/job.json.
struct Job {
  std::string experiment{};
  int version = 0;       ///< of the experiment's computation
  std::string config{};  ///< canonical JSON: resolved where the experiment can read ahead, else as written
  std::uint64_t seed = 0;
  std::map<std::string, std::string> data{};  ///< files it reads -> SHA-256 of their plain content

  std::string hash{};  ///< hash_of(job)

  // What follows does not change the numbers and is not hashed.
  std::string tier{}, command{};
  std::string summary{};  ///< "teacher elman spectral, seed 1"
  int threads = 1;
  double minutes = 0, disk_mib = 0;  ///< expected
};

/// The first 16 hexadecimal digits of the SHA-256 of experiment, version, configuration, seed and data checksums.
std::string hash_of(const Job& job);

/// The names of what lies in a job's folder.
struct JobFolder {
  std::filesystem::path path{};

  std::filesystem::path job() const { return path / "job.json"; }
  std::filesystem::path result() const { return path / "result.json"; }
  std::filesystem::path lock() const { return path / "lock"; }
  std::filesystem::path log() const { return path / "log.txt"; }
  std::filesystem::path heartbeat() const { return path / "heartbeat.json"; }
  /// Whether a name is one of these; everything else there is the experiment's own.
  static bool is_ours(std::string_view name);
};
JobFolder folder_of(const std::filesystem::path& out, const Job& job);

void write_job(const std::filesystem::path& file, const Job& job);
/// Throws FileError, also where the stored hash is not that of the content.
Job read_job(const std::filesystem::path& file);

}  // namespace unrecur

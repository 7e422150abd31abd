#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace unrecur {

/// A task of a job array, as Slurm has it.
struct SlurmTask {
  std::string id;      ///< "4711_3"
  std::string state;   ///< Slurm's word: PENDING, RUNNING, TIMEOUT, OUT_OF_MEMORY, NODE_FAIL, CANCELLED, …
  std::string reason;  ///< why it waits, or its exit code; may be empty
};

/// An array that was handed to Slurm: OUT/slurm/STEM.json, schema unrecur.slurm/1, says which jobs its tasks are, and
/// the first line of STEM.log is the array's number, as sbatch told it.
struct SlurmArray {
  std::string id;                 ///< empty where sbatch has not told it
  std::vector<std::string> jobs;  ///< hashes; task i is jobs[i]
};

void write_slurm_array(const std::filesystem::path& stem, const std::vector<std::string>& jobs);
/// All arrays of a folder of results, oldest first. A damaged file counts as none.
std::vector<SlurmArray> slurm_arrays(const std::filesystem::path& out);

/// By hash, the newest task of each job: what squeue says of those that wait or run, and sacct of those that ended.
/// Where a program is missing or the site keeps no accounts, what it would say is left out.
std::map<std::string, SlurmTask> ask_slurm(const std::vector<SlurmArray>& arrays);

/// Whether a task may still run or go on.
bool is_waiting(const SlurmTask& task);
bool is_running(const SlurmTask& task);

/// Lines "4711_3|STATE|REASON", as both programs are asked for; others are passed over.
std::vector<SlurmTask> parse_slurm_tasks(std::string_view text);

}  // namespace unrecur

#include "experiments/plan/job.h"

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/json_text.h"
#include "base/sha256.h"
#include "experiments/plan/config.h"

namespace unrecur {
namespace {

using nlohmann::json;

constexpr std::string_view kJobSchema = "unrecur.job/1";

json hashed_part(const Job& job) {
  return {{"experiment", job.experiment},
          {"version", job.version},
          {"config", parse_json(job.config, "config")},
          {"seed", job.seed},
          {"data", job.data}};
}

[[noreturn]] void reject(const std::string& file, const std::string& place, const std::string& expected) {
  throw FileError({file, place, expected, "plan the runs again with `unrecur reproduce`"});
}

Job job_of(const json& document, const std::string& file) {
  if (document.at("schema") != kJobSchema) reject(file, "schema", "expected \"" + std::string(kJobSchema) + "\"");
  Job job;
  job.experiment = document.at("experiment").get<std::string>();
  job.version = document.at("version").get<int>();
  job.config = document.at("config").dump();
  job.seed = document.at("seed").get<std::uint64_t>();
  job.data = document.at("data").get<std::map<std::string, std::string>>();
  job.hash = document.at("hash").get<std::string>();
  job.tier = document.at("tier").get<std::string>();
  job.command = document.at("command").get<std::string>();
  job.summary = document.at("summary").get<std::string>();
  job.threads = document.at("threads").get<int>();
  job.minutes = document.at("minutes").get<double>();
  job.disk_mib = document.at("disk_mib").get<double>();
  return job;
}

}  // namespace

std::string hash_of(const Job& job) {
  constexpr std::size_t digits = 16;
  return sha256(as_bytes(hashed_part(job).dump())).substr(0, digits);
}

bool JobFolder::is_ours(std::string_view name) {
  return name == "job.json" || name == "result.json" || name == "lock" || name == "log.txt" || name == "heartbeat.json";
}

JobFolder folder_of(const std::filesystem::path& out, const Job& job) {
  return {out / "jobs" / job.hash};
}

void write_job(const std::filesystem::path& file, const Job& job) {
  json document = hashed_part(job);
  document["schema"] = kJobSchema;
  document["hash"] = job.hash;
  document["tier"] = job.tier;
  document["command"] = job.command;
  document["summary"] = job.summary;
  document["threads"] = job.threads;
  document["minutes"] = job.minutes;
  document["disk_mib"] = job.disk_mib;
  write_atomically(file, document.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

Job read_job(const std::filesystem::path& file) {
  const std::string name = file.string();
  const json document = parse_json(read_small_text(file), name);
  Job job;
  try {
    job = job_of(document, name);
  } catch (const json::exception& error) {
    reject(name, "", std::string("expected a job: ") + error.what());
  }
  Config::from_json(job.config, name + ": config");
  if (hash_of(job) != job.hash) reject(name, "hash", "expected the hash of the content, " + hash_of(job));
  return job;
}

}  // namespace unrecur

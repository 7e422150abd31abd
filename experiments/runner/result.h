#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "experiments/plan/experiment.h"
#include "experiments/support/provenance.h"

namespace unrecur {

/// What is stored of one job: OUT/jobs/HASH/result.json, schema unrecur.result/1.
struct Result {
  std::string experiment;
  std::uint64_t seed = 0;
  std::string config;  ///< resolved, canonical JSON (Config::resolved_json)
  Findings findings;
  Provenance provenance;
};

/// Writes the file whole or not at all: a reader finds the old one, the new one or none. Throws ResourceError when the
/// disk says no, and std::logic_error when a number is not finite, a series has unequal lengths or an unknown side.
void write_result(const std::filesystem::path& file, const Result& result);

/// Whether `file` is there and is the result of the job with this hash. Throws FileError when it is there and is
/// something else: damaged, another schema, another job's.
bool holds_result(const std::filesystem::path& file, std::string_view hash);

/// The JSON text of a result; one line.
std::string result_json(const Result& result);

}  // namespace unrecur

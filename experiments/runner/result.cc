#include "experiments/runner/result.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/json_text.h"
#include "experiments/plan/config.h"

namespace unrecur {
namespace {

using nlohmann::json;

constexpr std::string_view kResultSchema = "unrecur.result/1";
constexpr std::array<std::string_view, 4> sides = {"upper", "lower", "estimate", "measured"};

bool is_side(std::string_view side) {
  return std::ranges::find(sides, side) != sides.end();
}

// An experiment that hands in such findings is wrong; better no result than one that misleads.
void require_sound(const Findings& findings) {
  for (const auto& [name, value] : findings.metrics) {
    if (!std::isfinite(value))
      throw std::logic_error("metric '" + name + "' is not finite: leave out what is not known");
  }
  for (const Series& s : findings.series) {
    if (s.x.size() != s.y.size()) throw std::logic_error("series '" + s.name + "' has as many x as y");
    if (!is_side(s.side)) throw std::logic_error("series '" + s.name + "' has the unknown side '" + s.side + "'");
    const auto finite = [](double v) { return std::isfinite(v); };
    if (!std::ranges::all_of(s.x, finite) || !std::ranges::all_of(s.y, finite)) {
      throw std::logic_error("series '" + s.name + "' has a number that is not finite");
    }
  }
}

json json_of(const Series& s) {
  return {{"name", s.name}, {"x_name", s.x_name}, {"y_name", s.y_name}, {"side", s.side}, {"x", s.x}, {"y", s.y}};
}

json json_of(const Provenance& p) {
  return {{"command", p.command},
          {"code", p.code},
          {"commit", p.commit},
          {"dirty", p.dirty},
          {"compiler", p.compiler},
          {"flags", p.flags},
          {"machine", p.machine},
          {"cpu", p.cpu},
          {"products", p.products},
          {"cores", p.cores},
          {"threads", p.threads},
          {"wall_seconds", p.wall_seconds},
          {"cpu_seconds", p.cpu_seconds},
          {"peak_memory_mib", p.peak_memory_mib},
          {"resumed", p.resumed},
          {"started", p.started},
          {"tier", p.tier},
          {"hash", p.hash},
          {"version", p.version},
          {"data", p.data}};
}

}  // namespace

std::string result_json(const Result& result) {
  require_sound(result.findings);
  json series = json::array();
  for (const Series& s : result.findings.series) series.push_back(json_of(s));
  const json document = {{"schema", kResultSchema},
                         {"experiment", result.experiment},
                         {"seed", result.seed},
                         {"config", parse_json(result.config, "config")},
                         {"metrics", result.findings.metrics},
                         {"series", series},
                         {"notes", result.findings.notes},
                         {"provenance", json_of(result.provenance)}};
  // Texts may come from anywhere (an error of the system in another encoding, say): what is no UTF-8 is replaced.
  return document.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

void write_result(const std::filesystem::path& file, const Result& result) {
  write_atomically(file, result_json(result));
}

bool holds_result(const std::filesystem::path& file, std::string_view hash) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return false;
  const json document = parse_json(read_small_text(file), file.string());
  const auto text_at = [&](const char* pointer) {
    const json::json_pointer place(pointer);
    return document.contains(place) && document.at(place).is_string() ? document.at(place).get<std::string>() : "";
  };
  const std::string remedy = "remove the file, so that the job runs again";
  if (const std::string found = text_at("/schema"); found != kResultSchema) {
    throw FileError(
        {file.string(), "schema", "expected \"" + std::string(kResultSchema) + "\", found \"" + found + "\"", remedy});
  }
  if (const std::string found = text_at("/provenance/hash"); found != hash) {
    throw FileError({file.string(), "provenance.hash",
                     "expected the name of its folder, " + std::string(hash) + ", found \"" + found + "\"", remedy});
  }
  return true;
}

}  // namespace unrecur

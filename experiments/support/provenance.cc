#include "experiments/support/provenance.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "base/parallel.h"
#include "experiments/support/shell_word.h"
#include "models/arrays/product.h"

namespace unrecur {
namespace {

/// Value of "key : value" in one of the kernel's text files; empty where there is none.
std::string value_in(const char* file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const std::size_t start = line.find_first_not_of(" \t", colon + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return {};
}

std::string machine_name() {
  utsname name{};
  if (uname(&name) != 0) return "unknown";
  return fmt::format("{} {} {}", name.sysname, name.release, name.machine);
}

// Not getrusage: its maximum survives exec, so a child would report its parent's memory.
double peak_memory_mib() {
  const std::string text = value_in("/proc/self/status", "VmHWM");
  return text.empty() ? 0 : std::strtod(text.c_str(), nullptr) / 1024;
}

double user_seconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec);
}

std::string without_folders(const std::string& word) {
  const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
  const std::size_t start = equals == std::string::npos ? 0 : equals + 1;
  std::filesystem::path path = word.substr(start);
  if (!path.is_absolute()) return word;
  if (path.filename().empty()) path = path.parent_path();
  return word.substr(0, start) + "…/" + path.filename().string();
}

}  // namespace

ProvenanceClock::ProvenanceClock() : started_(fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))) {}

Provenance ProvenanceClock::read() const {
  const SourceVersion& source = source_version();
  Provenance result;
  result.code = source.version;
  result.commit = source.commit;
  result.dirty = source.dirty;
  result.compiler = source.compiler;
  result.flags = source.flags;
  result.machine = machine_name();
  result.cpu = value_in("/proc/cpuinfo", "model name");
  result.products = product_kernels();
  result.cores = usable_cores();
  result.wall_seconds = watch_.seconds();
  result.cpu_seconds = user_seconds();
  result.peak_memory_mib = peak_memory_mib();
  result.started = started_;
  return result;
}

std::string shareable_command(const std::vector<std::string>& words) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = i == 0 ? std::filesystem::path(words[0]).filename().string() : without_folders(words[i]);
    result += (i == 0 ? "" : " ") + shell_word(word);
  }
  return result;
}

}  // namespace unrecur

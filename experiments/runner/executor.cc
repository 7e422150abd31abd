#include "experiments/runner/executor.h"

#include <fstream>

#include "base/errors.h"
#include "experiments/support/names.h"

namespace unrecur {

std::unique_ptr<Executor> make_executor(std::string_view name) {
  if (name == "local") return make_local_executor();
  if (name == "slurm") return make_slurm_executor();
  const std::vector<std::string> known = {"local", "slurm"};
  throw UsageError("unknown executor '" + std::string(name) + "': " + suggest_name(name, known));
}

std::string error_in_log(const std::filesystem::path& log, std::uintmax_t start) {
  constexpr std::string_view prefix = "unrecur: ";
  std::ifstream in(log, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(start));
  std::string last, message;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(prefix)) message = line.substr(prefix.size());
    if (!line.empty()) last = line;
  }
  return message.empty() ? last : message;
}

}  // namespace unrecur

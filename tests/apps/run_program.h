#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace unrecur::testing {

/// How a run of the program ended.
struct ProgramRun {
  int code = -1;  ///< exit code; 128 + n where signal n ended it
  std::string out, err;
};

/// Runs `unrecur WORDS…` in `folder`, without data sets unless `data` names their folder.
ProgramRun run_program(const std::filesystem::path& folder, const std::vector<std::string>& words,
                       const std::filesystem::path& data = {});

/// The same through a shell, for redirections and signals; $UNRECUR is the program.
ProgramRun run_shell(const std::filesystem::path& folder, const std::string& script);

}  // namespace unrecur::testing

#include "tests/apps/run_program.h"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace unrecur::testing {
namespace {

std::string quoted(const std::string& word) {
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

ProgramRun run_shell(const std::filesystem::path& folder, const std::string& script) {
  const auto out = folder / ".stdout", err = folder / ".stderr";
  const std::string command = "cd " + quoted(folder.string()) + " && export UNRECUR=" + quoted(UNRECUR_PROGRAM) +
                              " && { " + script + "\n} >" + quoted(out.string()) + " 2>" + quoted(err.string()) +
                              " </dev/null";
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, content_of(out), content_of(err)};
}

ProgramRun run_program(const std::filesystem::path& folder, const std::vector<std::string>& words,
                       const std::filesystem::path& data) {
  std::string script = "UNRECUR_DATA=" + quoted(data.string()) + " \"$UNRECUR\"";
  for (const std::string& word : words) script += " " + quoted(word);
  return run_shell(folder, script);
}

}  // namespace unrecur::testing

#include "experiments/support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "base/errors.h"

extern char** environ;  // NOLINT: POSIX gives it no header

namespace unrecur {
namespace {

[[noreturn]] void fail(const std::string& what, int error) {
  throw ResourceError(what + ": " + std::generic_category().message(error));
}

/// Words as exec wants them; valid as long as `words`.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!added.contains(std::string(text.substr(0, text.find('='))))) result.emplace_back(text);
  }
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

/// Closes what is still open at the end of the scope.
struct Descriptors {
  std::array<int, 2> ends{-1, -1};
  int log = -1;
  ~Descriptors() {
    for (const int d : {ends[0], ends[1], log}) {
      if (d >= 0) ::close(d);
    }
  }
};

// Runs in the child between fork and exec: only async-signal-safe calls, no memory from the heap.
[[noreturn]] void become(const char* program, char** words, char** environment, const Descriptors& open, int pipe_as,
                         pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(130);  // it ended before we asked to be told
  if (open.log >= 0) {
    ::dup2(open.log, STDOUT_FILENO);
    ::dup2(open.log, STDERR_FILENO);
  }
  if (open.ends[1] >= 0) {
    if (open.ends[1] == pipe_as) {
      ::fcntl(pipe_as, F_SETFD, 0);
    } else {
      ::dup2(open.ends[1], pipe_as);
    }
  }
  ::execve(program, words, environment);
  ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const Options& options) {
  const std::string& name = options.command.front();
  const std::string program = name.find('/') == std::string::npos ? find_in_path(name).string() : name;
  if (program.empty()) throw ResourceError(name + ": no such program in PATH");
  Descriptors open;
  if (!options.log.empty()) {
    open.log = ::open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (open.log < 0) fail(options.log.string(), errno);
  }
  if (options.pipe_as >= 0) {
    if (::pipe2(open.ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) fail("pipe", errno);
  }
  std::vector<std::string> words = options.command, environment = environment_with(options.environment);
  const std::vector<char*> word_pointers = pointers_to(words), environment_pointers = pointers_to(environment);
  const pid_t parent = ::getpid();
  id_ = ::fork();
  if (id_ < 0) fail("a job cannot be started", errno);
  if (id_ == 0) {
    become(program.c_str(), const_cast<char**>(word_pointers.data()), const_cast<char**>(environment_pointers.data()),
           open, options.pipe_as, parent);
  }
  ::setpgid(id_, id_);  // here too, so that it holds before either side goes on
  pipe_ = open.ends[0];
  open.ends[0] = -1;
}

ChildProcess::~ChildProcess() {
  if (!status_ && id_ > 0) {
    ::kill(id_, SIGKILL);
    ended(true);
  }
  if (pipe_ >= 0) ::close(pipe_);
}

void ChildProcess::send(int signal) const {
  if (!status_) ::kill(id_, signal);
}

std::optional<int> ChildProcess::ended(bool wait) {
  while (!status_) {
    int status = 0;
    const pid_t found = ::waitpid(id_, &status, wait ? 0 : WNOHANG);
    if (found == id_) {
      status_ = status;
    } else if (found < 0 && errno != EINTR) {
      status_ = 0xff00;  // somebody else took it: an exit code nobody uses
    } else if (!wait) {
      break;
    }
  }
  return status_;
}

std::string describe_status(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = ::strsignal(number);
    return "killed by signal " + std::to_string(number) + " (" + (name == nullptr ? "unknown" : name) + ")";
  }
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

std::filesystem::path find_in_path(const std::string& program) {
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable == nullptr ? "/usr/bin:/bin" : variable;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    std::filesystem::path candidate = std::filesystem::path(folder) / program;
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0 && !std::filesystem::is_directory(candidate)) {
      return candidate;
    }
  }
  return {};
}

}  // namespace unrecur

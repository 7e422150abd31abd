#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace unrecur {

/// A program run beside this one.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> command;                  ///< program (a path, or a name to look up in PATH) and arguments
    std::map<std::string, std::string> environment{};  ///< added to ours
    std::filesystem::path log{};                       ///< standard output and error are appended to it; empty: ours
    /// Gives the child the writing end of a pipe as this descriptor; reading end: pipe(). -1: no pipe.
    int pipe_as = -1;
  };

  /// Starts it, in a process group of its own (Ctrl-C reaches only us, and we decide) and so that it gets SIGTERM when
  /// this thread ends. Throws ResourceError.
  explicit ChildProcess(const Options& options);
  ~ChildProcess();  ///< kills it where it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t id() const { return id_; }
  int pipe() const { return pipe_; }
  void send(int signal) const;
  /// The wait status once it has ended. With `wait`, ends only then.
  std::optional<int> ended(bool wait = false);

 private:
  pid_t id_ = -1;
  int pipe_ = -1;
  std::optional<int> status_;
};

/// "exit code 3", "killed by signal 9 (Killed)"
std::string describe_status(int status);

/// Where the program is found along PATH; empty where it is not.
std::filesystem::path find_in_path(const std::string& program);

}  // namespace unrecur

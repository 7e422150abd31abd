#include "models/formats/keras/separate_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "base/errors.h"

namespace unrecur {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

constexpr int done = 0, broken_pipe = 1;

/// Bytes of address space that this process has; 0 where the system does not say.
std::uint64_t address_space() {
  unsigned long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void hold_limits(const SeparateLimits& limits) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Its end is its own: none of the caller's handlers, and no core.
  for (const int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPROF, SIGPIPE, SIGINT, SIGTERM}) signal(s, SIG_DFL);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  const double whole = std::floor(limits.seconds);
  const auto micro = static_cast<suseconds_t>((limits.seconds - whole) * 1e6);
  const itimerval timer{{0, 0}, {static_cast<time_t>(whole), micro}};
  setitimer(ITIMER_PROF, &timer, nullptr);
  const std::uint64_t begin = address_space();
  if (sanitized || begin == 0) return;
  const rlimit memory{begin + limits.memory, begin + limits.memory};
  setrlimit(RLIMIT_AS, &memory);
}

[[noreturn]] void be_the_process(
    int into, const std::function<void(const std::function<void(std::span<const std::byte>)>&)>& work,
    const SeparateLimits& limits) {
  hold_limits(limits);
  work([into](std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(into, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) _exit(broken_pipe);
      if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  });
  _exit(done);
}

/// Reads to the end, or to the limit: false there.
bool read_all(int from, std::uint64_t limit, Bytes& output) {
  std::byte buffer[1 << 16];
  for (;;) {
    const ssize_t count = read(from, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return true;
    if (output.size() + static_cast<std::size_t>(count) > limit) return false;
    output.insert(output.end(), buffer, buffer + count);
  }
}

std::string fate_of(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == done) return {};
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) return "it took too long";
  if (WIFSIGNALED(status)) return "it was ended by signal " + std::to_string(WTERMSIG(status));
  return "it ended with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

SeparateRun run_separately(const std::function<void(const std::function<void(std::span<const std::byte>)>&)>& work,
                           const SeparateLimits& limits) {
  int ends[2];
  if (pipe(ends) != 0) throw ResourceError(std::string("no pipe can be made: ") + std::strerror(errno));
  const pid_t process = fork();
  if (process < 0) {
    close(ends[0]);
    close(ends[1]);
    throw ResourceError(std::string("no process can be made: ") + std::strerror(errno));
  }
  if (process == 0) {
    close(ends[0]);
    be_the_process(ends[1], work, limits);
  }
  close(ends[1]);
  SeparateRun run;
  const bool within = read_all(ends[0], limits.output, run.output);
  close(ends[0]);
  if (!within) kill(process, SIGKILL);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  run.fate = within ? fate_of(status) : "it wrote too much";
  return run;
}

}  // namespace unrecur

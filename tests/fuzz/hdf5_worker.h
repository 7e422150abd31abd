#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "models/formats/keras/hdf5_library.h"

namespace unrecur::fuzz {

/// A process with libhdf5 in it that tells of file after file until it falls, or of kFiles; then another takes its
/// place. The program makes one for each file, which takes longer than to read it. What an earlier file has left behind
/// in the library can only make it behave worse.
class Hdf5Worker {
 public:
  ~Hdf5Worker() { end(); }

  /// As run_separately() does it with serialise_hdf5(), under the same limits but for the time. Files are below 4 MiB.
  SeparateRun run(std::span<const std::byte> content) {
    if (process_ < 0 || message_++ == kFiles) begin();
    const SeparateLimits limits = hdf5_limits(content.size());
    SeparateRun run;
    const std::uint64_t size = content.size();
    if (send(into_, &size, sizeof size) && send(into_, content.data(), content.size())) {
      std::uint64_t piece = 0;
      while (receive(from_, &piece, sizeof piece)) {
        if (piece == 0) return run;
        const std::size_t before = run.output.size();
        if (before + piece > limits.output) {
          run.fate = "it wrote too much";
          break;
        }
        run.output.resize(before + piece);
        if (!receive(from_, run.output.data() + before, piece)) break;
      }
    }
    const int status = end();
    if (run.fate.empty()) run.fate = "it ended with status " + std::to_string(status);
    return run;
  }

 private:
  static constexpr int kFiles = 2000;

  /// read() or write() until all bytes have passed; false at the end of the pipe.
  template <class Byte, class Call>
  static bool all_of(Call call, int pipe, Byte* at, std::size_t count) {
    while (count > 0) {
      const ssize_t done = call(pipe, at, count);
      if (done <= 0) return false;
      at += done;
      count -= static_cast<std::size_t>(done);
    }
    return true;
  }
  static bool send(int into, const void* bytes, std::size_t count) {
    return all_of(write, into, static_cast<const char*>(bytes), count);
  }
  static bool receive(int from, void* bytes, std::size_t count) {
    return all_of(read, from, static_cast<char*>(bytes), count);
  }

  void begin() {
    end();
    begin_hdf5();
    signal(SIGPIPE, SIG_IGN);
    int to_worker[2], to_us[2];
    if (pipe(to_worker) != 0 || pipe(to_us) != 0 || (process_ = fork()) < 0) std::abort();
    if (process_ == 0) {
      close(to_worker[1]);
      close(to_us[0]);
      work(to_worker[0], to_us[1]);
    }
    close(to_worker[0]);
    close(to_us[1]);
    into_ = to_worker[1];
    from_ = to_us[0];
    message_ = 1;
  }

  /// Its status as waitpid() says it.
  int end() {
    if (process_ < 0) return 0;
    close(into_);
    close(from_);
    int status = 0;
    // One that has fallen keeps its status.
    if (waitpid(process_, &status, WNOHANG) == 0) {
      kill(process_, SIGKILL);
      waitpid(process_, &status, 0);
    }
    process_ = -1;
    return status;
  }

  [[noreturn]] static void work(int from, int into) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPROF, SIGALRM, SIGINT, SIGTERM})
      signal(s, SIG_DFL);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    std::uint64_t size = 0;
    while (receive(from, &size, sizeof size)) {
      Bytes content(size);
      if (!receive(from, content.data(), size)) break;
      hold(hdf5_limits(size));
      serialise_hdf5(content, [into](std::span<const std::byte> bytes) {
        const std::uint64_t piece = bytes.size();
        if (!send(into, &piece, sizeof piece) || !send(into, bytes.data(), bytes.size())) _exit(1);
      });
      const std::uint64_t last = 0;
      if (!send(into, &last, sizeof last)) break;
    }
    _exit(0);
  }

  static void hold(const SeparateLimits& limits) {
    // A small file takes less than a millisecond. One of fifty hangs, and would take nearly all the time there is.
    const itimerval timer{{0, 0}, {0, static_cast<suseconds_t>(0.2 * limits.seconds * 1e6)}};
    setitimer(ITIMER_PROF, &timer, nullptr);
    unsigned long pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
      if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
      std::fclose(file);
    }
    if (pages == 0) return;
    const std::uint64_t most = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) + limits.memory;
    const rlimit memory{most, RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &memory);
  }

  pid_t process_ = -1;
  int into_ = -1, from_ = -1, message_ = 0;
};

}  // namespace unrecur::fuzz

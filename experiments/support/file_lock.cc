#include "experiments/support/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/errors.h"

namespace unrecur {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
  const int error = errno;
  throw ResourceError(file.string() + ": " + what + ": " + std::generic_category().message(error));
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& file)
    : file_(file), descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail(file_, "cannot be opened");
}

FileLock::~FileLock() {
  ::close(descriptor_);
}

bool FileLock::try_lock() {
  while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) fail(file_, "cannot be locked");
  }
  return true;
}

bool is_locked(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return held;
}

}  // namespace unrecur

#pragma once

#include <filesystem>

namespace unrecur {

/// An exclusive lock on a file, between processes; given back with the object and with the process, however it ends.
class FileLock {
 public:
  /// Makes the file where there is none. Throws ResourceError.
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// Takes the lock unless another process has it; returns whether it is ours.
  bool try_lock();

 private:
  std::filesystem::path file_;
  int descriptor_;
};

/// Whether some process holds the lock on `file` now; false where there is no file, which is not made. Asking takes a
/// shared lock for a moment, so that a try_lock() at the same time may fail once.
bool is_locked(const std::filesystem::path& file);

}  // namespace unrecur

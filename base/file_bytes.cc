#include "base/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// An open file that is closed at the end of the scope.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }
  bool open() const { return value_ >= 0; }
  /// Closes now; 0 or the error, which on some file systems is the first news that the disk is full.
  int close() { return ::close(std::exchange(value_, -1)) == 0 ? 0 : errno; }

 private:
  int value_;
};

[[noreturn]] void too_large(const std::string& name, std::uint64_t limit) {
  throw FileError({name, "", "expected at most " + std::to_string(limit) + " bytes, found more", ""});
}

/// Returns the size that the file system states, which is 0 for some files that have content.
std::uint64_t require_regular(const Descriptor& file, const std::string& name, const ReadLimits& limits) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw FileError({name, "", "cannot be read: " + reason(errno), ""});
  if (S_ISDIR(status.st_mode)) throw FileError({name, "", "expected a file, found a folder", ""});
  if (!S_ISREG(status.st_mode)) throw FileError({name, "", "expected a regular file, found a device or pipe", ""});
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > limits.file) too_large(name, limits.file);
  return size;
}

std::size_t read_some(const Descriptor& file, std::span<std::byte> into, const std::string& name) {
  for (;;) {
    const ssize_t count = ::read(file.get(), into.data(), into.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw ResourceError(name + ": reading failed: " + reason(errno));
  }
}

Bytes read_all(const Descriptor& file, std::uint64_t stated, const std::string& name, const ReadLimits& limits) {
  // One byte more than the file has, so that the end is seen without growing the buffer.
  Bytes content(stated > 0 ? static_cast<std::size_t>(stated) + 1 : 4096);
  std::size_t size = 0;
  while (const std::size_t count = read_some(file, std::span(content).subspan(size), name)) {
    size += count;
    if (size > limits.file) too_large(name, limits.file);
    if (size == content.size()) content.resize(2 * size);
  }
  content.resize(size);
  return content;
}

int write_all(int file, std::span<const std::byte> content) {
  while (!content.empty()) {
    const ssize_t count = ::write(file, content.data(), std::min<std::size_t>(content.size(), std::size_t{1} << 30));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    content = content.subspan(static_cast<std::size_t>(count));
  }
  return ::fsync(file) == 0 ? 0 : errno;
}

/// The name itself, or what it points to, which may not exist yet.
std::filesystem::path target_of(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_symlink(path, ignored) ? std::filesystem::weakly_canonical(path, ignored) : path;
}

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  static std::atomic<unsigned> counter{0};
  const std::string tail = "." + std::to_string(::getpid()) + "." + std::to_string(counter++) + ".tmp";
  return path.parent_path() / ("." + path.filename().string() + tail);
}

int write_and_rename(const std::filesystem::path& temporary, const std::filesystem::path& path,
                     std::span<const std::byte> content) {
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.open()) return errno;
  int error = write_all(file.get(), content);
  if (const int closing = file.close(); error == 0) error = closing;
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(temporary.c_str());
  return error;
}

/// Puts the new name on the disk too. File systems that cannot do this for a folder are left alone.
void sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.open()) ::fsync(handle.get());
}

}  // namespace

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

Bytes read_file(const std::filesystem::path& path, const ReadLimits& limits) {
  const std::string name = path.string();
  // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.open()) throw FileError({name, "", "cannot be opened: " + reason(errno), ""});
  const std::uint64_t stated = require_regular(file, name, limits);
  try {
    return read_all(file, stated, name, limits);
  } catch (const std::bad_alloc&) {
    throw ResourceError(name + ": not enough memory to hold the file");
  }
}

Bytes read_unpacked(const std::filesystem::path& path, const ReadLimits& limits) {
  Bytes content = read_file(path, limits);
  const bool packed = content.size() >= 2 && content[0] == std::byte{0x1f} && content[1] == std::byte{0x8b};
  return packed ? gunzip(content, path.string(), limits.inflated) : content;
}

void write_atomically(const std::filesystem::path& path, std::span<const std::byte> content) {
  const std::filesystem::path target = target_of(path);
  std::error_code ignored;
  const auto status = std::filesystem::status(target, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw ResourceError(path.string() + ": cannot be written: not a regular file");
  }
  const int error = write_and_rename(temporary_beside(target), target, content);
  if (error != 0) throw ResourceError(path.string() + ": cannot be written: " + reason(error));
  sync_folder_of(target);
}

void write_atomically(const std::filesystem::path& path, std::string_view content) {
  write_atomically(path, as_bytes(content));
}

}  // namespace unrecur

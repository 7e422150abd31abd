#pragma once

#include <filesystem>
#include <string_view>

namespace unrecur::testing {

/// A new, empty folder that is removed with all it holds at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Path of a file in the folder, which need not exist.
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  /// Writes `content` to a file in the folder and returns its path; parent folders are made.
  std::filesystem::path write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace unrecur::testing

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace unrecur {

/// Where the public data sets are: a folder laid out as the catalogue says, or nowhere.
class DataSource {
 public:
  /// Nowhere: the synthetic tasks still work, every find() fails and says what to do.
  DataSource() = default;
  explicit DataSource(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The folder that the user named, else that of the environment variable UNRECUR_DATA, else nowhere.
  static DataSource from(const std::optional<std::filesystem::path>& named);

  bool has_folder() const { return !folder_.empty(); }
  const std::filesystem::path& folder() const { return folder_; }

  /// Path of a file such as "music/jsb-chorales.json": itself, or else the same name with .gz, or else nothing.
  std::optional<std::filesystem::path> search(std::string_view name) const;
  /// The same; throws FileError that names both paths and how to get the set.
  std::filesystem::path find(std::string_view name) const;
  /// SHA-256 of the file's content when unpacked, so the same for both forms. Throws as find and read_unpacked do.
  std::string checksum(std::string_view name) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace unrecur

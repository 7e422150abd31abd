#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace unrecur::testing {

/// The folder of real data sets that the environment variable UNRECUR_DATA names; nothing where it is not set. A test
/// that needs the sets skips without it:
///
///     const auto data = real_data();
///     if (!data) GTEST_SKIP() << no_real_data;
inline std::optional<std::filesystem::path> real_data() {
  const char* folder = std::getenv("UNRECUR_DATA");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return folder;
}

inline constexpr const char* no_real_data = "needs the real data sets: set UNRECUR_DATA to their folder";

}  // namespace unrecur::testing

#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace unrecur::testing {

/// The folder of published models that the environment variable UNRECUR_MODELS names (docs/formats.md lists them);
/// nothing where it is not set.
inline std::optional<std::filesystem::path> real_models() {
  const char* folder = std::getenv("UNRECUR_MODELS");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return folder;
}

inline constexpr const char* no_real_models = "needs the published models: set UNRECUR_MODELS to their folder";

}  // namespace unrecur::testing

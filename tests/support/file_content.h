#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace unrecur::testing {

/// The bytes of a file; empty where there is none.
inline std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace unrecur::testing

#pragma once

// Needs nlohmann-json, so only source files include it.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace unrecur {

/// Parses JSON strictly: a syntax error, a key given twice, a number beyond double and nesting deeper than 64 are
/// FileErrors whose place is line and column where known.
nlohmann::json parse_json(std::string_view text, const std::string& file);

/// "a list", "a string", … for messages.
std::string kind_of(const nlohmann::json& value);

/// A text file of at most 64 MiB. Throws FileError where there is none or it is larger.
std::string read_small_text(const std::filesystem::path& path);

/// A value where there is one, else null.
template <class Value>
nlohmann::json or_null(const std::optional<Value>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}
/// A text that says something, else null.
inline nlohmann::json or_null(const std::string& text) {
  return text.empty() ? nlohmann::json() : nlohmann::json(text);
}

}  // namespace unrecur

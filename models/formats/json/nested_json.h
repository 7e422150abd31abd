#pragma once

// Needs nlohmann-json, so only source files include it.

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace unrecur {

/// Parses JSON nested at most 64 deep, so that what walks over it needs no guard of its own. Throws FileError at
/// `place` where it is deeper; syntax errors and numbers beyond double stay nlohmann::json's own exceptions, for the
/// caller to say what it expected.
nlohmann::json parse_nested_json(std::string_view text, const std::string& file, const std::string& place = "");

/// A model file that is JSON, of at most 64 MiB. Throws FileError, for syntax errors with the byte.
nlohmann::json parse_json_model(std::span<const std::byte> content, const std::string& file);

}  // namespace unrecur

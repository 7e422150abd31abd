#pragma once

// Needs nlohmann-json, so only source files include it.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "models/errors.h"

namespace unrecur {

/// Parses JSON nested at most 64 deep, so that what walks over it needs no guard of its own. Throws FileError at
/// `place` where it is deeper; syntax errors and numbers beyond double stay nlohmann::json's own exceptions, for the
/// caller to say what it expected.
inline nlohmann::json parse_nested_json(std::string_view text, const std::string& file, const std::string& place = "") {
  constexpr int deepest = 64;
  const auto guard = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > deepest) throw FileError({file, place, "expected JSON at most 64 levels deep, found deeper", ""});
    return true;
  };
  return nlohmann::json::parse(text.begin(), text.end(), guard);
}

}  // namespace unrecur

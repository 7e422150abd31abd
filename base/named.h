#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.h"

namespace unrecur {

/// "a, b, c", for messages that list what is known.
template <class Names>
std::string join_names(const Names& names) {
  std::string result;
  for (const auto& name : names) {
    if (!result.empty()) result += ", ";
    result += name;
  }
  return result;
}

/// The entry of a registry's table that has this name; `key` is the member that holds it. Throws UsageError
/// "unknown WHAT 'name': known are a, b".
template <class Type>
const Type& find_named(std::span<const Type* const> table, std::string_view Type::*key, std::string_view name,
                       std::string_view what) {
  std::vector<std::string_view> known;
  for (const Type* type : table) {
    if (type->*key == name) return *type;
    known.push_back(type->*key);
  }
  throw UsageError("unknown " + std::string(what) + " '" + std::string(name) + "': known are " + join_names(known));
}

}  // namespace unrecur

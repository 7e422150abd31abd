#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/named.h"

namespace unrecur {

/// The name that `word` was most likely meant to be: smallest edit distance (insert, delete, replace, swap of
/// neighbours), at most a third of the word's length or 2. Empty when none is that near. Cost: length² per name.
std::string nearest_name(std::string_view word, std::span<const std::string> names);

/// Remedy of an unknown name: "did you mean 'gap'? known are gap, table1".
std::string suggest_name(std::string_view word, std::span<const std::string> names);

}  // namespace unrecur

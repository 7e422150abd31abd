#pragma once

// Needs toml++, so only source files include it.

#include <toml++/toml.h>

#include <string>
#include <string_view>
#include <vector>

#include "experiments/plan/config.h"

namespace unrecur {

/// Parses TOML; a syntax error is a FileError whose place is line and column.
toml::table parse_toml(std::string_view text, const std::string& file);

/// The entries of a table, inner tables flattened to dotted keys, except for its own keys in `without`. Throws
/// FileError for what a configuration cannot hold: dates, numbers that are not finite, lists of lists or of tables.
Config::Entries entries_of(const toml::table& table, const std::string& file,
                           const std::vector<std::string>& without = {});

/// "lambda (line 12)"
std::string toml_place(std::string_view key, const toml::source_region& where);

}  // namespace unrecur

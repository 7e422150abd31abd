#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace unrecur {

/// One count of a data set: what its publication says and what its file has.
struct PublishedCount {
  std::string_view what;  ///< "utterances", "tokens", …
  std::int64_t published;
  std::int64_t found;
};

/// Throws FileError that says of each count that differs what was published and what was found.
void require_published(const std::string& file, std::span<const PublishedCount> counts);

}  // namespace unrecur

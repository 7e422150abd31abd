#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace unrecur {

/// Bytes as text and back, four letters for three bytes, padded with '='. Source: RFC 4648, section 4.
std::string base64(std::string_view bytes);
/// Nothing for what base64 does not write: other letters, other lengths, padding that does not end the text.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace unrecur

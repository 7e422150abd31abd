#include "reports/print/printable.h"

#include <cstdint>

namespace unrecur::reports {
namespace {

struct Decoded {
  std::uint32_t code;
  std::size_t length;  ///< in bytes; 0: no UTF-8 begins here
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {0, 0};
  std::uint32_t code = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {0, 0};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least[length] || code > 0x10FFFF || surrogate) return {0, 0};
  return {code, length};
}

bool harmless(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool turns = code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                     (code >= 0x2066 && code <= 0x2069);
  const bool unseen = code == 0x200B || code == 0xFEFF;
  return !control && !separator && !turns && !unseen;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size();) {
    const Decoded next = decode(text.substr(i));
    const std::size_t length = next.length == 0 ? 1 : next.length;
    shown += next.length > 0 && harmless(next.code) ? text.substr(i, length) : std::string_view("\xEF\xBF\xBD");
    i += length;
  }
  return shown;
}

}  // namespace unrecur::reports

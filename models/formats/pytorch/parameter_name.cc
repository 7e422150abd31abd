#include "models/formats/pytorch/parameter_name.h"

#include <algorithm>

namespace unrecur {
namespace {

/// "", "_l0", "_l12", "_reverse", "_l0_reverse".
bool is_suffix(std::string_view text) {
  if (text.ends_with("_reverse")) text.remove_suffix(8);
  if (text.empty()) return true;
  if (!text.starts_with("_l") || text.size() < 3) return false;
  return std::all_of(text.begin() + 2, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string ParameterName::layer() const {
  std::string name = prefix;
  while (name.ends_with('.') || name.ends_with('/') || name.ends_with('_')) name.pop_back();
  for (const char c : suffix) name += c == '_' ? '.' : c;
  if (name.starts_with('.')) name.erase(0, 1);
  return name.empty() ? "rnn" : name;
}

std::optional<ParameterName> parse_parameter_name(const std::string& name) {
  for (const char* role : {"hh", "ih", "hr"}) {
    const std::size_t at = name.rfind(std::string("_") + role);
    if (at == std::string::npos) continue;
    ParameterName parts{"", "", role, name.substr(at + 3)};
    if (!is_suffix(parts.suffix)) continue;
    const std::string before = name.substr(0, at);
    for (const char* letter : {"weight", "bias", "w", "W", "b"}) {
      if (!before.ends_with(letter)) continue;
      parts.prefix = before.substr(0, before.size() - std::string(letter).size());
      const char last = parts.prefix.empty() ? '.' : parts.prefix.back();
      if (last != '.' && last != '/' && last != '_') continue;
      parts.letter = letter;
      return parts;
    }
  }
  return std::nullopt;
}

}  // namespace unrecur

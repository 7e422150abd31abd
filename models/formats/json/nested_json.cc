#include "models/formats/json/nested_json.h"

#include "base/errors.h"
#include "base/file_bytes.h"

namespace unrecur {

using nlohmann::json;

json parse_nested_json(std::string_view text, const std::string& file, const std::string& place) {
  constexpr int deepest = 64;
  const auto guard = [&](int depth, json::parse_event_t, json&) {
    if (depth > deepest) throw FileError({file, place, "expected JSON at most 64 levels deep, found deeper", ""});
    return true;
  };
  return json::parse(text.begin(), text.end(), guard);
}

json parse_json_model(std::span<const std::byte> content, const std::string& file) {
  constexpr std::size_t largest = std::size_t{64} << 20;
  if (content.size() > largest) {
    throw FileError({file, "", "expected at most 64 MiB of JSON, found " + std::to_string(content.size()) + " bytes",
                     "store large models as safetensors"});
  }
  try {
    return parse_nested_json(as_text(content), file);
  } catch (const json::exception& error) {
    const auto* at = dynamic_cast<const json::parse_error*>(&error);
    throw FileError({file, "byte " + std::to_string(at == nullptr ? 0 : at->byte),
                     "expected JSON, found something else or a number out of range", "the file may be truncated"});
  }
}

}  // namespace unrecur

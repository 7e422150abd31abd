#include "base/json_text.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "base/errors.h"
#include "base/file_bytes.h"

namespace unrecur {
namespace {

using nlohmann::json;

std::string place_of_byte(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::size_t column = 1 + before.size() - (start == std::string_view::npos ? 0 : start + 1);
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Keys seen so far of every object that is still open.
class KeyWatch {
 public:
  explicit KeyWatch(const std::string& file) : file_(file) {}

  bool operator()(int depth, json::parse_event_t event, json& value) {
    constexpr int deepest = 64;
    if (depth > deepest) throw FileError({file_, "", "expected JSON nested at most 64 deep", ""});
    if (event == json::parse_event_t::object_start) {
      open_.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      open_.pop_back();
    } else if (event == json::parse_event_t::key && !open_.back().insert(value.get<std::string>()).second) {
      throw FileError({file_, value.get<std::string>(), "this key is given twice", ""});
    }
    return true;
  }

 private:
  const std::string& file_;
  std::vector<std::set<std::string>> open_;
};

}  // namespace

nlohmann::json parse_json(std::string_view text, const std::string& file) {
  KeyWatch watch(file);
  try {
    return json::parse(text,
                       [&](int depth, json::parse_event_t event, json& value) { return watch(depth, event, value); });
  } catch (const json::parse_error& error) {
    throw FileError({file, place_of_byte(text, error.byte), "expected JSON", "the file is damaged or is another kind"});
  } catch (const json::exception& error) {
    throw FileError({file, "", std::string("expected JSON whose numbers fit a double: ") + error.what(), ""});
  }
}

std::string kind_of(const nlohmann::json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "a list";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "a truth value";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float:
      return "a number";
    default:
      return "something else";
  }
}

std::string read_small_text(const std::filesystem::path& path) {
  constexpr std::uint64_t largest = std::uint64_t{64} << 20;
  const Bytes bytes = read_file(path, {.file = largest});
  return std::string(as_text(bytes));
}

}  // namespace unrecur

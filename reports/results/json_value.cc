#include "reports/results/json_value.h"

namespace unrecur::reports {
namespace {

using TextMap = std::map<std::string, std::string>;

void flatten(const nlohmann::json& json, const std::string& prefix, TextMap& map) {
  if (json.is_object()) {
    for (const auto& [key, member] : json.items()) flatten(member, prefix.empty() ? key : prefix + "." + key, map);
  } else {
    map[prefix] = json.is_string() ? json.get<std::string>() : json.dump();
  }
}

}  // namespace

std::map<std::string, std::string> text_map(const JsonValue& value) {
  value.require(value.json().is_object(), "an object");
  TextMap map;
  flatten(value.json(), "", map);
  return map;
}

}  // namespace unrecur::reports

// How a configuration is read from files and written as canonical JSON.

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/errors.h"
#include "base/json_text.h"
#include "experiments/plan/config.h"
#include "experiments/plan/toml_entries.h"

namespace unrecur {
namespace {

using nlohmann::json;

json json_of(const ConfigScalar& scalar) {
  return std::visit([](const auto& v) { return json(v); }, scalar);
}

json json_of(const ConfigValue& value) {
  return std::visit(
      [](const auto& v) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::vector<ConfigScalar>>) {
          json list = json::array();
          for (const ConfigScalar& item : v) list.push_back(json_of(item));
          return list;
        } else {
          return v;
        }
      },
      value);
}

ConfigScalar scalar_of(const std::string& file, const std::string& key, const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return value.get<double>();
  if (value.is_number_integer()) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
      throw FileError({file, key, "expected a whole number of at most 63 bits", ""});
    }
    return value.get<std::int64_t>();
  }
  throw FileError({file, key, "expected a string, number, truth value or flat list, found " + kind_of(value), ""});
}

ConfigValue value_of(const std::string& file, const std::string& key, const json& value) {
  if (!value.is_array()) {
    return std::visit([](auto v) { return ConfigValue(std::move(v)); }, scalar_of(file, key, value));
  }
  std::vector<ConfigScalar> items;
  for (const json& item : value) items.push_back(scalar_of(file, key, item));
  return items;
}

}  // namespace

Config Config::read(const std::filesystem::path& path) {
  const std::string name = path.string();
  if (path.extension() == ".toml") return from_toml(read_small_text(path), name);
  if (path.extension() == ".json") return from_json(read_small_text(path), name);
  throw FileError({name, "", "expected a name that ends in .toml or .json", ""});
}

Config Config::from_toml(std::string_view text, std::string file) {
  Entries entries = entries_of(parse_toml(text, file), file);
  return Config(std::move(file), std::move(entries));
}

Config Config::from_json(std::string_view text, std::string file) {
  const json document = parse_json(text, file);
  if (!document.is_object()) throw FileError({file, "", "expected a JSON object, found " + kind_of(document), ""});
  Entries entries;
  for (const auto& [key, value] : document.items()) entries.emplace(key, Entry{value_of(file, key, value), 0, 0});
  return Config(std::move(file), std::move(entries));
}

std::string Config::resolved_json() const {
  json object = json::object();
  for (const auto& [key, value] : resolved_) object[key] = json_of(value);
  return object.dump();
}

std::string Config::written_json() const {
  json object = json::object();
  for (const auto& [key, entry] : entries_) object[key] = json_of(entry.value);
  return object.dump();
}

}  // namespace unrecur

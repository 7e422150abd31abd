#include "experiments/plan/toml_entries.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/errors.h"

namespace unrecur {
namespace {

class Flattener {
 public:
  Flattener(const std::string& file, const std::vector<std::string>& without) : file_(file), without_(without) {}

  void add(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (prefix.empty() && std::ranges::find(without_, name) != without_.end()) continue;
      if (const toml::table* inner = node.as_table()) {
        add(*inner, name + ".");
        continue;
      }
      const toml::source_position at = key.source().begin;
      Config::Entry entry{value_of(name, node), static_cast<int>(at.line), static_cast<int>(at.column)};
      if (!entries_.emplace(name, std::move(entry)).second) {
        throw FileError(
            {file_, toml_place(name, key.source()), "this key is given twice, once with a dot in quotes", ""});
      }
    }
  }

  Config::Entries take() { return std::move(entries_); }

 private:
  ConfigValue value_of(const std::string& name, const toml::node& node) const {
    if (const toml::array* array = node.as_array()) {
      std::vector<ConfigScalar> items;
      items.reserve(array->size());
      for (const toml::node& item : *array) items.push_back(scalar_of(name, item));
      return items;
    }
    return std::visit([](auto scalar) { return ConfigValue(std::move(scalar)); }, scalar_of(name, node));
  }

  ConfigScalar scalar_of(const std::string& name, const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* whole = node.as_integer()) return whole->get();
    if (const auto* truth = node.as_boolean()) return truth->get();
    if (const auto* real = node.as_floating_point()) {
      if (!std::isfinite(real->get())) reject(name, node, "expected a finite number, found inf or nan");
      return real->get();
    }
    if (node.is_array()) reject(name, node, "expected a list of single values, found a list in the list");
    if (node.is_table()) reject(name, node, "expected a list of single values, found a table in the list");
    reject(name, node, "expected a string, number, truth value or list, found a date or time");
  }

  [[noreturn]] void reject(const std::string& name, const toml::node& node, const std::string& expected) const {
    throw FileError({file_, toml_place(name, node.source()), expected, ""});
  }

  const std::string& file_;
  const std::vector<std::string>& without_;
  Config::Entries entries_;
};

}  // namespace

toml::table parse_toml(std::string_view text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    throw FileError({file, "line " + std::to_string(at.line) + ", column " + std::to_string(at.column),
                     "expected TOML: " + std::string(error.description()), ""});
  }
}

Config::Entries entries_of(const toml::table& table, const std::string& file, const std::vector<std::string>& without) {
  Flattener flattener(file, without);
  flattener.add(table, "");
  return flattener.take();
}

std::string toml_place(std::string_view key, const toml::source_region& where) {
  return std::string(key) + " (line " + std::to_string(where.begin.line) + ")";
}

}  // namespace unrecur

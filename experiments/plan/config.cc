#include "experiments/plan/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "base/errors.h"
#include "experiments/support/names.h"

namespace unrecur {
namespace {

/// Any of the alternatives as a value of a configuration.
ConfigValue as_value(const ConfigScalar& scalar) {
  return std::visit([](const auto& v) { return ConfigValue(v); }, scalar);
}

template <class T>
ConfigValue as_list(const std::vector<T>& items) {
  return std::vector<ConfigScalar>(items.begin(), items.end());
}

std::string shown(const ConfigScalar& scalar) {
  struct Show {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return fmt::format("{}", v); }
    std::string operator()(double v) const { return fmt::format("{}", v); }
    std::string operator()(const std::string& v) const {
      constexpr std::size_t longest = 60;
      return v.size() <= longest ? "\"" + v + "\"" : "\"" + v.substr(0, longest) + "...\"";
    }
  };
  return std::visit(Show{}, scalar);
}

template <class T>
constexpr std::string_view name_of_type() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, std::int64_t>) return "a whole number";
  if constexpr (std::is_same_v<T, double>) return "a finite number";
  if constexpr (std::is_same_v<T, std::string>) return "a string";
}

template <class T>
std::string name_of_range(const Allowed<T>& allowed) {
  const Allowed<T> anything;
  std::string text;
  const auto add = [&](std::string_view word, T bound) {
    text += fmt::format("{}{} {}", text.empty() ? " " : " and ", word, bound);
  };
  if (allowed.at_least > anything.at_least) add("at least", allowed.at_least);
  if (allowed.above > anything.above) add("above", allowed.above);
  if (allowed.at_most < anything.at_most) add("at most", allowed.at_most);
  if (allowed.below < anything.below) add("below", allowed.below);
  return text;
}

template <class T>
bool fits(T value, const Allowed<T>& allowed) {
  const Allowed<T> anything;
  return value >= allowed.at_least && value <= allowed.at_most &&
         (allowed.above == anything.above || value > allowed.above) &&
         (allowed.below == anything.below || value < allowed.below);
}

/// Strings and truth values have no range.
template <class T>
constexpr bool is_number = std::is_same_v<T, std::int64_t> || std::is_same_v<T, double>;

}  // namespace

Config::Config(std::string file, Entries entries) : file_(std::move(file)), entries_(std::move(entries)) {}

Config Config::overridden_by(const Config& other) const {
  Entries merged = other.entries_;
  merged.insert(entries_.begin(), entries_.end());
  return Config(other.file_, std::move(merged));
}

const Config::Entry* Config::find(std::string_view key) const {
  known_.emplace(key);
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

bool Config::has(std::string_view key) const {
  return find(key) != nullptr;
}

bool Config::is_list(std::string_view key) const {
  const Entry* entry = find(key);
  return entry != nullptr && std::holds_alternative<std::vector<ConfigScalar>>(entry->value);
}

const Config::Entry& Config::require(std::string_view key) const {
  if (const Entry* entry = find(key)) return *entry;
  std::vector<std::string> unread;
  for (const auto& [name, entry] : entries_) {
    if (!known_.contains(name)) unread.push_back(name);
  }
  const std::string slip = nearest_name(key, unread);
  throw FileError({file_, std::string(key), "expected this key, which is missing",
                   slip.empty() ? "" : "is " + place_of(slip) + " meant to be it?"});
}

void Config::reject(std::string_view key, const std::string& expected, const std::string& remedy) const {
  throw FileError({file_, place_of(key), expected, remedy});
}

std::string Config::place_of(std::string_view key) const {
  const auto found = entries_.find(key);
  std::string place(key);
  if (found != entries_.end() && found->second.line > 0) place += fmt::format(" (line {})", found->second.line);
  return place;
}

template <class T>
T Config::convert(std::string_view key, const ConfigScalar& value, const Allowed<T>& allowed) const {
  T result{};
  if (const T* same = std::get_if<T>(&value)) {
    result = *same;
  } else if (const auto* whole = std::get_if<std::int64_t>(&value); whole != nullptr && std::is_same_v<T, double>) {
    if constexpr (std::is_same_v<T, double>) result = static_cast<double>(*whole);
  } else {
    reject(key, fmt::format("expected {}, found {}", name_of_type<T>(), shown(value)));
  }
  if constexpr (is_number<T>) {
    if (!fits(result, allowed)) {
      reject(key, fmt::format("expected {}{}, found {}", name_of_type<T>(), name_of_range(allowed), shown(value)));
    }
  }
  return result;
}

template <class T>
T Config::get(std::string_view key, const T* fallback, const Allowed<T>& allowed) const {
  const Entry* entry = fallback == nullptr ? &require(key) : find(key);
  T result{};
  if (entry == nullptr) {
    result = *fallback;
  } else {
    if (std::holds_alternative<std::vector<ConfigScalar>>(entry->value)) {
      reject(key, fmt::format("expected {}, found a list", name_of_type<T>()));
    }
    const ConfigScalar scalar = std::visit(
        [](const auto& v) -> ConfigScalar {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::vector<ConfigScalar>>) {
            return false;
          } else {
            return v;
          }
        },
        entry->value);
    result = convert<T>(key, scalar, allowed);
  }
  resolved_.insert_or_assign(std::string(key), as_value(result));
  return result;
}

template <class T>
std::vector<T> Config::get_list(std::string_view key, const std::vector<T>* fallback, const Allowed<T>& allowed) const {
  const Entry* entry = fallback == nullptr ? &require(key) : find(key);
  std::vector<T> result;
  if (entry == nullptr) {
    result = *fallback;
  } else if (const auto* items = std::get_if<std::vector<ConfigScalar>>(&entry->value)) {
    for (const ConfigScalar& item : *items) result.push_back(convert<T>(key, item, allowed));
  } else {
    reject(key, fmt::format("expected a list ([...]), each element {}", name_of_type<T>()));
  }
  resolved_.insert_or_assign(std::string(key), as_list(result));
  return result;
}

std::string Config::get_string(std::string_view key) const {
  return get<std::string>(key, nullptr, {});
}
std::string Config::get_string(std::string_view key, std::string fallback) const {
  return get<std::string>(key, &fallback, {});
}

std::string Config::check_choice(std::string_view key, const std::vector<std::string>& choices,
                                 std::string value) const {
  if (std::ranges::find(choices, value) == choices.end()) {
    reject(key, fmt::format("expected one of {}, found {}", join_names(choices), shown(value)),
           suggest_name(value, choices));
  }
  return value;
}

std::string Config::get_choice(std::string_view key, const std::vector<std::string>& choices) const {
  return check_choice(key, choices, get_string(key));
}
std::string Config::get_choice(std::string_view key, const std::vector<std::string>& choices,
                               std::string fallback) const {
  return check_choice(key, choices, get_string(key, std::move(fallback)));
}

std::int64_t Config::get_int(std::string_view key, AllowedInt allowed) const {
  return get<std::int64_t>(key, nullptr, allowed);
}
std::int64_t Config::get_int(std::string_view key, std::int64_t fallback, AllowedInt allowed) const {
  return get<std::int64_t>(key, &fallback, allowed);
}
double Config::get_double(std::string_view key, AllowedDouble allowed) const {
  return get<double>(key, nullptr, allowed);
}
double Config::get_double(std::string_view key, double fallback, AllowedDouble allowed) const {
  return get<double>(key, &fallback, allowed);
}
bool Config::get_bool(std::string_view key) const {
  return get<bool>(key, nullptr, {});
}
bool Config::get_bool(std::string_view key, bool fallback) const {
  return get<bool>(key, &fallback, {});
}

std::vector<std::string> Config::get_strings(std::string_view key) const {
  return get_list<std::string>(key, nullptr, {});
}
std::vector<std::string> Config::get_strings(std::string_view key, std::vector<std::string> fallback) const {
  return get_list<std::string>(key, &fallback, {});
}
std::vector<std::int64_t> Config::get_ints(std::string_view key, AllowedInt allowed) const {
  return get_list<std::int64_t>(key, nullptr, allowed);
}
std::vector<std::int64_t> Config::get_ints(std::string_view key, AllowedInt allowed,
                                           std::vector<std::int64_t> fallback) const {
  return get_list<std::int64_t>(key, &fallback, allowed);
}
std::vector<double> Config::get_doubles(std::string_view key, AllowedDouble allowed) const {
  return get_list<double>(key, nullptr, allowed);
}
std::vector<double> Config::get_doubles(std::string_view key, AllowedDouble allowed,
                                        std::vector<double> fallback) const {
  return get_list<double>(key, &fallback, allowed);
}

void Config::require_all_read() const {
  const std::vector<std::string> known(known_.begin(), known_.end());
  for (const auto& [key, entry] : entries_) {
    if (resolved_.contains(key)) continue;
    std::string place = key;
    if (entry.line > 0) place += fmt::format(" (line {}, column {})", entry.line, entry.column);
    const bool asked_for = known_.contains(key);
    throw FileError({file_, place, asked_for ? "this key has no meaning beside the others" : "unknown key",
                     asked_for ? "leave it out" : suggest_name(key, known)});
  }
}

}  // namespace unrecur

#pragma once

// Needs nlohmann-json, so only source files include it.

#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/errors.h"

namespace unrecur::reports {

/// A value of a JSON file and where it stands there: readers that throw FileError with that place. The JSON and the
/// file's name must outlive it.
class JsonValue {
 public:
  JsonValue(const nlohmann::json& json, const std::string& file, std::string place)
      : json_(json), file_(file), place_(std::move(place)) {}

  [[noreturn]] void fail(const std::string& expected) const {
    throw FileError({file_, place_, expected, "delete it and run the experiment again"});
  }

  void require(bool holds, const char* expected) const {
    if (!holds) fail(std::string("expected ") + expected + ", found " + found());
  }

  JsonValue at(const char* key) const {
    require(json_.is_object(), "an object");
    const auto member = json_.find(key);
    if (member == json_.end()) fail("expected an object with the key \"" + std::string(key) + "\", found none");
    return inner(*member, place_.empty() ? key : place_ + "." + key);
  }

  bool has(const char* key) const { return json_.is_object() && json_.contains(key); }

  std::string text() const {
    require(json_.is_string(), "a string");
    return json_.get<std::string>();
  }

  double number() const {
    require(json_.is_number(), "a number");
    const double value = json_.get<double>();
    require(std::isfinite(value), "a finite number");
    return value;
  }

  std::uint64_t whole() const {
    require(json_.is_number_unsigned(), "a non-negative integer");
    return json_.get<std::uint64_t>();
  }

  template <class Use>
  void each_member(Use use) const {
    require(json_.is_object(), "an object");
    for (const auto& [key, member] : json_.items()) use(key, inner(member, place_ + "." + key));
  }

  template <class Use>
  void each_element(Use use) const {
    require(json_.is_array(), "an array");
    for (std::size_t i = 0; i < json_.size(); ++i) use(inner(json_[i], place_ + "[" + std::to_string(i) + "]"));
  }

  const nlohmann::json& json() const { return json_; }

 private:
  JsonValue inner(const nlohmann::json& json, std::string place) const {
    return JsonValue(json, file_, std::move(place));
  }

  std::string found() const {
    if (json_.is_number()) return json_.dump();
    return json_.is_null() ? "null" : std::string(json_.type_name());
  }

  const nlohmann::json& json_;
  const std::string& file_;
  std::string place_;
};

/// Values of a JSON object as text, nested keys joined by dots; lists stay JSON. Throws FileError if it is no object.
std::map<std::string, std::string> text_map(const JsonValue& value);

}  // namespace unrecur::reports

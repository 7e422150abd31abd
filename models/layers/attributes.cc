#include "models/layers/attributes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/errors.h"

namespace unrecur {

std::string decimal(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string name_in_layer(Index k, std::string_view name) {
  return std::to_string(k) + "." + std::string(name);
}

namespace {

/// The layer that a name "k.name" is about, and the name; nothing where it is about all.
std::optional<std::pair<Index, std::string>> parted(const std::string& name) {
  Index k = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), k);
  if (error != std::errc() || end == name.data() + name.size() || *end != '.') return std::nullopt;
  return std::pair{k, std::string(end + 1, name.data() + name.size())};
}

}  // namespace

Attributes attributes_of_layer(const Attributes& all, Index k, Index layers) {
  Attributes own;
  for (const auto& [name, value] : all) {
    if (const auto of_one = parted(name)) {
      if (of_one->first < 0 || of_one->first >= layers) {
        throw UsageError("attribute " + name + ": there are " + std::to_string(layers) + " layers, counted from 0");
      }
      if (of_one->first == k) own[of_one->second] = value;
      continue;
    }
    std::vector<std::string> values{{}};
    for (const char letter : value) {
      if (letter == ',') {
        values.emplace_back();
      } else {
        values.back() += letter;
      }
    }
    if (values.size() > 1 && std::ssize(values) != layers) {
      throw UsageError("attribute " + name + " lists " + std::to_string(values.size()) +
                       " values: expected one for all layers or " + std::to_string(layers) + ", one for each");
    }
    if (values.size() > 1 && std::ranges::any_of(values, &std::string::empty)) {
      throw UsageError("attribute " + name + ": expected a value for each layer, found '" + value + "'");
    }
    own[name] = values.size() == 1 ? values[0] : values[static_cast<std::size_t>(k)];
  }
  return own;
}

Index width_of_layer(const Attributes& all, Index k, Index layers, Index of_all) {
  const auto found = all.find("width");
  if (found == all.end()) return of_all;
  const Attributes own = attributes_of_layer({*found}, k, layers);
  const double width = AttributeReader("layers", own).number("width", 0);
  if (width >= 1 && width <= 1e6 && width == std::floor(width)) return static_cast<Index>(width);
  throw UsageError("expected a whole width from 1 to 1000000 for each layer, found '" + own.at("width") + "'");
}

std::string AttributeReader::text(std::string_view name, std::string_view fallback) {
  known_.emplace(name);
  const auto found = attributes_.find(std::string(name));
  return found == attributes_.end() ? std::string(fallback) : found->second;
}

double AttributeReader::number(std::string_view name, double fallback) {
  const std::string value = text(name, "");
  if (value.empty()) return fallback;
  double number = 0.0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(number)) {
    throw UsageError("attribute " + std::string(name) + " of a " + cell_ + " cell: '" + value + "' is not a number");
  }
  return number;
}

bool AttributeReader::flag(std::string_view name, bool fallback) {
  const std::string value = text(name, fallback ? "true" : "false");
  if (value != "true" && value != "false") {
    throw UsageError("attribute " + std::string(name) + " of a " + cell_ + " cell: expected true or false, found '" +
                     value + "'");
  }
  return value == "true";
}

void AttributeReader::require_all_known() const {
  for (const auto& [name, value] : attributes_) {
    if (!known_.contains(name)) throw UsageError("a " + cell_ + " cell has no attribute '" + name + "'");
  }
}

}  // namespace unrecur

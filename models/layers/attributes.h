#pragma once

#include <set>
#include <string>
#include <string_view>

#include "models/layers/cell.h"

namespace unrecur {

/// Shortest decimal that reads back as the same double.
std::string decimal(double value);

/// The attributes of layer k of several: a value that lists one for each layer, parted by commas, becomes that of the
/// layer, and "k.name" is the name of its own, which other layers do not have. Throws UsageError where a list has not
/// as many values as there are layers, or a name is one of a layer that is not there.
Attributes attributes_of_layer(const Attributes& all, Index k, Index layers);

/// The name under which an attribute is that of layer k alone: "k.name".
std::string name_in_layer(Index k, std::string_view name);

/// The width of layer k of several: its own where `all` lists widths, else that of all. Throws UsageError as above and
/// for widths that are not whole and at least 1.
Index width_of_layer(const Attributes& all, Index k, Index layers, Index of_all);

/// Reads the attributes of a cell and notices those that nobody asked for. Throws UsageError on a value that does not
/// parse and on unknown names.
class AttributeReader {
 public:
  AttributeReader(std::string_view cell, const Attributes& attributes) : cell_(cell), attributes_(attributes) {}

  std::string text(std::string_view name, std::string_view fallback);
  double number(std::string_view name, double fallback);
  bool flag(std::string_view name, bool fallback);
  void require_all_known() const;

 private:
  std::string cell_;
  const Attributes& attributes_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace unrecur

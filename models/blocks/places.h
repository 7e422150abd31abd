#pragma once

#include <string>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Where a layer stands in a stack whose first layer begins, and whose last ends, with something of its own.
struct StackPlace {
  bool first = true, last = true;
};

/// first, inner, last or only. Throws UsageError, which says the kind of layer, for anything else.
StackPlace place_named(const std::string& kind, const std::string& name);

/// The names of the places of so many layers, parted by commas.
std::string places_in_stack(Index layers);

/// The dilations 1, 2, 4, … of so many layers, parted by commas; from 1 again after each `cycle` of them.
std::string doubling_dilations(Index layers, Index cycle);

}  // namespace unrecur

#include "models/blocks/places.h"

#include <cmath>

#include "base/errors.h"
#include "models/layers/attributes.h"

namespace unrecur {

StackPlace place_named(const std::string& kind, const std::string& name) {
  if (name == "only") return {true, true};
  if (name == "first") return {true, false};
  if (name == "inner") return {false, false};
  if (name == "last") return {false, true};
  throw UsageError("attribute place of a " + kind + " layer: expected first, inner, last or only, found '" + name +
                   "'");
}

std::string places_in_stack(Index layers) {
  if (layers == 1) return "only";
  std::string places = "first";
  for (Index l = 1; l + 1 < layers; ++l) places += ",inner";
  return places + ",last";
}

std::string doubling_dilations(Index layers, Index cycle) {
  std::string dilations;
  for (Index l = 0; l < layers; ++l) {
    dilations += (l == 0 ? "" : ",") + decimal(std::exp2(static_cast<double>(l % cycle)));
  }
  return dilations;
}

}  // namespace unrecur

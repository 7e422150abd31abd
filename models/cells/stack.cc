// The kind under which layers on top of each other, as one cell, are asked for by their attributes.
#include <cmath>

#include "base/errors.h"
#include "models/layers/attributes.h"
#include "models/layers/cell_registry.h"
#include "models/layers/joint_cell.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

template <class S>
std::unique_ptr<Cell<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("stack", attributes);
  const double count = read.number("layers", 0);
  const std::string kind = read.text("layer", "");
  const Skip skip = skip_named(read.text("skip", "none"));
  if (!(count >= 1 && count <= 1000 && count == std::floor(count))) {
    throw UsageError("a stack needs the attribute layers, a whole number from 1 to 1000");
  }
  if (kind.empty() || kind.find("stack") != kind.npos) {
    throw UsageError("a stack needs the attribute layer, the kind of its layers or one for each, no stack again");
  }
  Attributes of_layer = attributes;
  for (const char* own : {"layers", "layer", "skip"}) of_layer.erase(own);
  return std::make_unique<JointCell<S>>(make_sequential<S>({.kind = kind,
                                                            .inputs = m,
                                                            .width = n,
                                                            .attributes = of_layer,
                                                            .layers = static_cast<Index>(count),
                                                            .skip = skip}));
}

}  // namespace

namespace registry::cells {
extern const CellType stack;
const CellType stack{"stack", &make<float>, &make<double>};
}  // namespace registry::cells

}  // namespace unrecur

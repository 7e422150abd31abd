#include "models/cells/elman.h"
#include "models/layers/attributes.h"
#include "models/layers/cell_registry.h"

namespace unrecur {
namespace {

template <class S>
std::unique_ptr<Cell<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader("linear", attributes).require_all_known();
  return std::make_unique<Linear<S>>(m, n);
}

}  // namespace

namespace registry::cells {
extern const CellType linear;
const CellType linear{"linear", &make<float>, &make<double>};
}  // namespace registry::cells

}  // namespace unrecur

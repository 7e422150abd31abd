#include "models/layers/cell_registry.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "base/named.h"
#include "models/layers/joint_cell.h"
#include "models/layers/layer_registry.h"

namespace unrecur {

const CellType* find_cell_type(std::string_view kind) {
  const auto all = registry::cells::all();
  const auto found = std::find_if(all.begin(), all.end(), [&](const CellType* type) { return type->kind == kind; });
  return found == all.end() ? nullptr : *found;
}

template <class S>
std::unique_ptr<Cell<S>> make_cell(std::string_view kind, Index m, Index n, const Attributes& attributes) {
  const CellType& type = find_named(registry::cells::all(), &CellType::kind, kind, "cell");
  if constexpr (std::is_same_v<S, float>) {
    return type.make_float(m, n, attributes);
  } else {
    return type.make_double(m, n, attributes);
  }
}

template <class To, class From>
std::unique_ptr<Cell<To>> cast_cell(const Cell<From>& cell) {
  if (const auto* joint = dynamic_cast<const JointCell<From>*>(&cell)) {
    return std::make_unique<JointCell<To>>(cast_sequential<To>(joint->sequence()));
  }
  auto result = make_cell<To>(cell.kind(), cell.shape().input, cell.width(), cell.attributes());
  result->parameters() = cast<To>(cell.parameters());
  return result;
}

template std::unique_ptr<Cell<float>> make_cell(std::string_view, Index, Index, const Attributes&);
template std::unique_ptr<Cell<double>> make_cell(std::string_view, Index, Index, const Attributes&);
template std::unique_ptr<Cell<double>> cast_cell(const Cell<float>&);
template std::unique_ptr<Cell<float>> cast_cell(const Cell<double>&);
template std::unique_ptr<Cell<double>> cast_cell(const Cell<double>&);

}  // namespace unrecur

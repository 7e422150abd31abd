#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "models/layers/cell.h"

namespace unrecur {

/// An attribute that a configuration may set, and its value where none does.
struct CellAttribute {
  std::string_view name, fallback;
};

/// How a kind of cell is made. Each file of models/cells/ defines one; the build makes the table of all of them.
struct CellType {
  std::string_view kind;
  /// A cell of input size m and state size n with all weights zero. Throws UsageError for attributes it does not know
  /// or values out of range.
  std::unique_ptr<Cell<float>> (*make_float)(Index m, Index n, const Attributes&);
  std::unique_ptr<Cell<double>> (*make_double)(Index m, Index n, const Attributes&);
  /// The gates whose rows lie on top of each other in weight_ih_l0 and weight_hh_l0, in their order; empty: the rows
  /// are those of the state itself.
  std::span<const std::string_view> gates{};
  /// What a configuration may choose beside the sizes.
  std::span<const CellAttribute> attributes{};
  /// How many inputs a step reads, side by side in weight_ih_l0. Null: one. Throws UsageError for values out of range.
  Index (*inputs_read)(const Attributes&) = nullptr;
};

namespace registry::cells {
std::span<const CellType* const> all();
}

/// The entry of a kind; null where there is none.
const CellType* find_cell_type(std::string_view kind);

/// A cell by its kind; throws UsageError that lists the known kinds.
template <class S>
std::unique_ptr<Cell<S>> make_cell(std::string_view kind, Index m, Index n, const Attributes& attributes);

/// The same cell in another scalar type.
template <class To, class From>
std::unique_ptr<Cell<To>> cast_cell(const Cell<From>& cell);

}  // namespace unrecur

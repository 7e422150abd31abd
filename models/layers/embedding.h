#pragma once

#include <span>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Gradient of an embedding: only the columns of the symbols that occurred, each once, in order of first occurrence.
template <class S>
struct SparseColumns {
  std::vector<Index> columns;
  Matrix<S> values;  ///< e × columns.size()

  void clear() {
    columns.clear();
    values.resize(values.rows(), 0);
  }
};

/// Column t of the result is the embeddings of the `window` symbols of step t on top of each other.
/// E is e × V, `symbols` holds window numbers in [0, V) for each column; throws UsageError outside. Cost: one copy.
template <class S>
Matrix<S> embed(const Matrix<S>& embedding, std::span<const int> symbols, Index window);

/// The gradient of embed with respect to E: sums the blocks of d_input (e·window × columns) by symbol.
template <class S>
SparseColumns<S> embed_gradient(const Matrix<S>& embedding, std::span<const int> symbols, Index window,
                                const Matrix<S>& d_input);

}  // namespace unrecur

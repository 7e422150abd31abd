#pragma once

#include <nlohmann/json.hpp>

#include "models/arrays/matrix.h"

namespace unrecur::testing {

/// A matrix that make_pytorch_cases.py wrote, a list of rows.
template <class S>
Matrix<S> matrix(const nlohmann::json& rows) {
  Matrix<S> m(static_cast<Index>(rows.size()), static_cast<Index>(rows.at(0).size()));
  for (Index i = 0; i < m.rows(); ++i) {
    for (Index j = 0; j < m.cols(); ++j) m(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  return m;
}

}  // namespace unrecur::testing

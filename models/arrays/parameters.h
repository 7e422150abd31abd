#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// One named weight. A vector is a matrix of one column with `rank` 1, so that it is stored with the shape users
/// expect.
template <class S>
struct Parameter {
  std::string name;
  Matrix<S> value;
  int rank = 2;
};

/// The weights of a cell or decoder in a fixed order; also the shape of their gradient.
template <class S>
using Parameters = std::vector<Parameter<S>>;

/// The value of that name; null where there is none.
template <class S>
const Matrix<S>* find_parameter(const Parameters<S>& parameters, std::string_view name) {
  for (const auto& p : parameters) {
    if (p.name == name) return &p.value;
  }
  return nullptr;
}
template <class S>
Matrix<S>* find_parameter(Parameters<S>& parameters, std::string_view name) {
  return const_cast<Matrix<S>*>(find_parameter(std::as_const(parameters), name));
}

/// Same names and shapes, all zero: where a gradient is accumulated.
template <class S>
Parameters<S> zeros_like(const Parameters<S>& parameters) {
  Parameters<S> zeros = parameters;
  for (auto& p : zeros) p.value.setZero();
  return zeros;
}

/// The same weights in another scalar type (float converts to double exactly).
template <class To, class From>
Parameters<To> cast(const Parameters<From>& parameters) {
  Parameters<To> result;
  result.reserve(parameters.size());
  for (const auto& p : parameters) result.push_back({p.name, p.value.template cast<To>(), p.rank});
  return result;
}

}  // namespace unrecur

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

struct Tensor;

/// An array that a model file holds under a name. Its numbers are decoded only when somebody asks for them, since most
/// arrays of a model belong to no recurrent layer.
struct StoredTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  /// The numbers, exact in double: shape [] as 1 × 1, [r] as r × 1, [r, c] as r × c. Throws FileError for another rank,
  /// an element type that holds no plain numbers, and data that does not fit the shape.
  std::function<Matrix<double>()> load;
  /// The array in its own type and of any rank, for a copy of the file; empty where the format's arrays are not copied.
  /// Throws FileError where its type has no plain numbers.
  std::function<Tensor()> raw{};
};

/// The tensor of that name; null where there is none.
const StoredTensor* find_tensor(const std::vector<StoredTensor>& tensors, std::string_view name);

/// The tensor as a finite matrix of rows × cols (−1: any size). Throws FileError that names the tensor.
Matrix<double> load_matrix(const StoredTensor& tensor, const std::string& file, Index rows = -1, Index cols = -1);
/// The tensor of shape [rows] as a finite column.
Matrix<double> load_column(const StoredTensor& tensor, const std::string& file, Index rows = -1);

}  // namespace unrecur

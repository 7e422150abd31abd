#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_bytes.h"
#include "models/arrays/matrix.h"
#include "models/formats/shared/shape.h"

namespace unrecur {

/// An array as a weights file stores it: elements in row-major order, little-endian.
struct Tensor {
  std::string name;
  std::string dtype;                ///< F64, F32, F16, BF16, F8_E5M2, F8_E4M3, I64 … I8, U64 … U8, BOOL, C64
  std::vector<std::int64_t> shape;  ///< empty: a single number
  Bytes data;
};

/// Bytes of an element of the dtype; 0 for one that is not known.
std::uint64_t element_size(std::string_view dtype);

/// A matrix as a tensor F32 or F64 of shape [rows, cols], or [rows] where rank is 1 (one column only).
template <class S>
Tensor to_tensor(std::string name, const Matrix<S>& matrix, int rank = 2);

/// The tensor as a matrix of `rows` × `cols`; −1 takes whatever size there is. Shape [rows] stands for one column,
/// shape [] for one number. F16, BF16, F32 and F64 are read; into double this is exact, into float it rounds F64 to
/// nearest. Throws FileError for another dtype or shape; `file` is the name in messages.
template <class S>
Matrix<S> tensor_to_matrix(const Tensor& tensor, const std::string& file, Index rows = -1, Index cols = -1);

}  // namespace unrecur

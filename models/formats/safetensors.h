#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/formats/file_bytes.h"
#include "models/formats/shape.h"
#include "models/matrix.h"

namespace unrecur {

/// An array as a weights file stores it: elements in row-major order, little-endian.
struct Tensor {
  std::string name;
  std::string dtype;                ///< F64, F32, F16, BF16, F8_E5M2, F8_E4M3, I64 … I8, U64 … U8, BOOL, C64
  std::vector<std::int64_t> shape;  ///< empty: a single number
  Bytes data;
};

/// The tensors of a file in the order of their data, and the file's free text.
struct TensorFile {
  std::string file;  ///< name in messages
  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;

  /// The tensor of that name; null where there is none.
  const Tensor* find(std::string_view name) const;
  /// The same; throws FileError that lists what there is.
  const Tensor& require(std::string_view name) const;
};

/// Reads the safetensors format by its own rules: 8 bytes of header length (little-endian, at most 100 MB), a header
/// that is one JSON object, then the data, which the tensors cover without a gap, an overlap or a rest. Throws
/// FileError with the place of the first breach. What is stored may hold NaN and infinity; see require_finite. Cost:
/// one pass over the file, which is held in memory twice for a moment.
TensorFile parse_safetensors(std::span<const std::byte> content, const std::string& file);
TensorFile read_safetensors(const std::filesystem::path& path);

/// The bytes of a safetensors file. Metadata first, tensors of wide elements before those of narrow ones and otherwise
/// in the order given, so that every element is aligned and the same content gives the same bytes. Throws UsageError
/// for two tensors of one name, an unknown dtype, or data that is not as long as the shape says.
Bytes format_safetensors(const TensorFile& content);
/// The same into a file, replaced in one step; throws MachineError as write_atomically does.
void write_safetensors(const std::filesystem::path& path, const TensorFile& content);

/// A matrix as a tensor F32 or F64 of shape [rows, cols], or [rows] where rank is 1 (one column only).
template <class S>
Tensor to_tensor(std::string name, const Matrix<S>& matrix, int rank = 2);

/// The tensor as a matrix of `rows` × `cols`; −1 takes whatever size there is. Shape [rows] stands for one column,
/// shape [] for one number. F16, BF16, F32 and F64 are read; into double this is exact, into float it rounds F64 to
/// nearest. Throws FileError for another dtype or shape; `file` is the name in messages.
template <class S>
Matrix<S> tensor_to_matrix(const Tensor& tensor, const std::string& file, Index rows = -1, Index cols = -1);

}  // namespace unrecur

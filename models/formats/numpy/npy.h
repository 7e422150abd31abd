#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/file_bytes.h"
#include "models/arrays/matrix.h"
#include "models/formats/numpy/npy_header.h"

namespace unrecur {

struct Tensor;

/// An array of numbers from a NumPy file.
struct NumpyArray {
  std::vector<std::int64_t> shape;
  std::string descr;  ///< element type as the file spells it: "<f4", "|u1", …
  /// Shape []: 1 × 1. Shape [n]: n × 1. Otherwise all dimensions but the last run along the rows, the last one of them
  /// fastest, and the last dimension along the columns. An array without elements: 0 × 0.
  Matrix<double> values;
};

/// Reads a .npy file, versions 1 to 3: floats of 2, 4, 8 bytes, integers of 1 to 8 bytes with and without sign,
/// booleans; either byte order, C and Fortran order. The header is parsed, never evaluated. Every value is exact in
/// double. Throws FileError for another element type (arrays of Python objects hold pickles, which are never loaded), a
/// header that is not of the form NumPy writes, data that is shorter or longer than the shape says, and integers beyond
/// 2⁵³. What is stored may hold NaN and infinity; see require_finite.
NumpyArray parse_npy(std::span<const std::byte> content, const std::string& file);
NumpyArray read_npy(const std::filesystem::path& path);
/// The same of an array whose header and data come from elsewhere; data of the size that the header says.
NumpyArray decode_npy(NpyHeader header, std::span<const std::byte> data, const std::string& file);

/// A matrix as a .npy file of version 1: f4 or f8, little-endian, C order, shape (rows, cols).
template <class S>
Bytes format_npy(const Matrix<S>& matrix);
/// An array of any rank as a .npy file: floats of 16 to 64 bits, integers, booleans. Throws UsageError for another
/// type.
Bytes format_npy(const Tensor& tensor);
/// Whether NumPy has the element type of a tensor.
bool has_npy_type(std::string_view dtype);
/// A .npz archive of such files, named as the tensors are and not packed. Throws UsageError as above, for two of one
/// name, and for 4 GiB or more.
Bytes format_npz(std::span<const Tensor> tensors);

/// What a .npy file held as a tensor of that name, exactly: floats of 32 and 64 bits as they are and those of 16 as 32;
/// integers as 64 bits.
Tensor to_tensor(const NumpyArray& array, std::string name);

/// The same into a file, replaced in one step; throws ResourceError as write_atomically does.
template <class S>
void write_npy(const std::filesystem::path& path, const Matrix<S>& matrix);

}  // namespace unrecur

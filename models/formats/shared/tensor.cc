#include "models/formats/shared/tensor.h"

#include <limits>
#include <map>

#include "base/byte_order.h"
#include "base/errors.h"

namespace unrecur {
namespace {

template <class Stored>
Stored value_at(const std::byte* data) {
  return load<Stored>(data, std::endian::little);
}

float half_at(const std::byte* data) {
  return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(value_at<std::uint16_t>(data)));
}

float bfloat_at(const std::byte* data) {
  return static_cast<float>(Eigen::numext::bit_cast<Eigen::bfloat16>(value_at<std::uint16_t>(data)));
}

template <class S, class Read>
Matrix<S> decode(const Bytes& data, Index rows, Index cols, std::size_t width, Read read) {
  Matrix<S> matrix(rows, cols);
  const std::byte* at = data.data();
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j, at += width) matrix(i, j) = static_cast<S>(read(at));
  }
  return matrix;
}

std::string size_text(Index size) {
  return size < 0 ? "any" : std::to_string(size);
}

}  // namespace

std::uint64_t element_size(std::string_view dtype) {
  static const std::map<std::string_view, std::uint64_t> sizes = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"U16", 2}, {"I16", 2}, {"F16", 2},
      {"BF16", 2}, {"U32", 4}, {"I32", 4}, {"F32", 4},     {"U64", 8},     {"I64", 8}, {"F64", 8}, {"C64", 8}};
  const auto found = sizes.find(dtype);
  return found == sizes.end() ? 0 : found->second;
}

template <class S>
Tensor to_tensor(std::string name, const Matrix<S>& matrix, int rank) {
  if (rank != 2 && !(rank == 1 && matrix.cols() == 1)) {
    throw UsageError("tensor '" + name + "': a matrix has rank 2, or 1 where it is one column");
  }
  Tensor tensor{std::move(name), std::is_same_v<S, float> ? "F32" : "F64", {matrix.rows()}, {}};
  if (rank == 2) tensor.shape.push_back(matrix.cols());
  tensor.data.resize(static_cast<std::size_t>(matrix.size()) * sizeof(S));
  std::byte* at = tensor.data.data();
  for (Index i = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j < matrix.cols(); ++j, at += sizeof(S)) store<S>(matrix(i, j), at, std::endian::little);
  }
  return tensor;
}

template <class S>
Matrix<S> tensor_to_matrix(const Tensor& tensor, const std::string& file, Index rows, Index cols) {
  const std::string place = "tensor '" + tensor.name + "'";
  const auto& shape = tensor.shape;
  const Index r = shape.empty() ? 1 : shape[0];
  const Index c = shape.size() < 2 ? 1 : shape[1];
  if (shape.size() > 2 || (rows >= 0 && r != rows) || (cols >= 0 && c != cols)) {
    const std::string wanted = "[" + size_text(rows) + (cols == 1 ? "" : ", " + size_text(cols)) + "]";
    throw FileError({file, place, "expected the shape " + wanted + ", found " + shape_text(shape), ""});
  }
  // A file may claim [2^62, 0]: no bytes, but no matrix of Eigen's either.
  if (r > std::numeric_limits<std::int32_t>::max() || c > std::numeric_limits<std::int32_t>::max()) {
    throw FileError({file, place, "expected fewer than 2^31 rows and columns, found " + shape_text(shape), ""});
  }
  const Bytes& data = tensor.data;
  if (const std::uint64_t width = element_size(tensor.dtype);
      data.size() != static_cast<std::uint64_t>(r * c) * width) {
    throw UsageError("tensor '" + tensor.name + "': " + std::to_string(data.size()) + " bytes are not " + tensor.dtype +
                     " " + shape_text(shape));
  }
  if (tensor.dtype == "F32") return decode<S>(data, r, c, 4, &value_at<float>);
  if (tensor.dtype == "F64") return decode<S>(data, r, c, 8, &value_at<double>);
  if (tensor.dtype == "F16") return decode<S>(data, r, c, 2, &half_at);
  if (tensor.dtype == "BF16") return decode<S>(data, r, c, 2, &bfloat_at);
  throw FileError({file, place, "expected numbers of the type F16, BF16, F32 or F64, found " + tensor.dtype, ""});
}

template Tensor to_tensor(std::string, const Matrix<float>&, int);
template Tensor to_tensor(std::string, const Matrix<double>&, int);
template Matrix<float> tensor_to_matrix(const Tensor&, const std::string&, Index, Index);
template Matrix<double> tensor_to_matrix(const Tensor&, const std::string&, Index, Index);

}  // namespace unrecur

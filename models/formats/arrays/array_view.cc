#include "models/formats/arrays/array_view.h"

#include <cstring>

#include "base/errors.h"
#include "models/formats/shared/shape.h"
#include "models/formats/shared/tensor.h"

namespace unrecur {
namespace {

std::string place_of(const ArrayView& view) {
  return "tensor '" + view.name + "'";
}

void require_readable(const ArrayView& view, const std::string& file) {
  if (!view.problem.empty()) throw FileError({file, place_of(view), view.problem, "give it as a plain array"});
  if (element_size(view.dtype) == 0) {
    throw FileError({file, place_of(view), "expected numbers of a plain type", "convert the array before"});
  }
}

template <class Stored>
Matrix<double> read_elements(const ArrayView& view) {
  const std::size_t rank = view.shape.size();
  const Index rows = rank > 0 ? static_cast<Index>(view.shape[0]) : 1;
  const Index cols = rank > 1 ? static_cast<Index>(view.shape[1]) : 1;
  const std::int64_t down = rank > 0 ? view.strides[0] : 0, right = rank > 1 ? view.strides[1] : 0;
  Matrix<double> values(rows, cols);
  for (Index j = 0; j < cols; ++j) {
    const std::byte* at = view.data + j * right;
    for (Index i = 0; i < rows; ++i, at += down) {
      Stored element;
      std::memcpy(&element, at, sizeof(Stored));
      values(i, j) = static_cast<double>(element);
    }
  }
  return values;
}

/// The elements one after the other, the last axis fastest.
Bytes packed_elements(const ArrayView& view) {
  const std::size_t width = element_size(view.dtype);
  std::size_t count = 1;
  for (const std::int64_t size : view.shape) count *= static_cast<std::size_t>(size);
  Bytes bytes(count * width);
  if (view.contiguous()) {
    if (count > 0) std::memcpy(bytes.data(), view.data, bytes.size());
    return bytes;
  }
  std::vector<std::int64_t> index(view.shape.size(), 0);
  const std::byte* at = view.data;
  for (std::size_t k = 0; k < count; ++k) {
    std::memcpy(&bytes[k * width], at, width);
    for (std::size_t d = index.size(); d-- > 0;) {
      at += view.strides[d];
      if (++index[d] < view.shape[d]) break;
      at -= view.shape[d] * view.strides[d];
      index[d] = 0;
    }
  }
  return bytes;
}

}  // namespace

bool ArrayView::contiguous() const {
  auto step = static_cast<std::int64_t>(element_size(dtype));
  for (std::size_t d = shape.size(); d-- > 0;) {
    if (shape[d] != 1 && strides[d] != step) return false;
    step *= shape[d];
  }
  return true;
}

StoredTensor stored_tensor(const ArrayView& view, const std::string& file) {
  const auto raw = [view, file] {
    require_readable(view, file);
    return Tensor{view.name, view.dtype, view.shape, packed_elements(view)};
  };
  const auto load = [view, raw, file] {
    require_readable(view, file);
    const bool is_flat = view.shape.size() <= 2;
    if (is_flat && view.dtype == "F32") return read_elements<float>(view);
    if (is_flat && view.dtype == "F64") return read_elements<double>(view);
    return tensor_to_matrix<double>(raw(), file);
  };
  return {view.name, view.shape, load, raw};
}

}  // namespace unrecur

#include "models/formats/shared/stored_tensor.h"

#include "base/errors.h"
#include "models/formats/shared/finite.h"
#include "models/formats/shared/tensor.h"

namespace unrecur {
namespace {

std::string size_text(Index size, const char* any) {
  return size < 0 ? any : std::to_string(size);
}

bool fits(std::int64_t size, Index wanted) {
  return size > 0 && (wanted < 0 || size == wanted);
}

Matrix<double> load_finite(const StoredTensor& tensor, const std::string& file, bool expected_shape,
                           const std::string& wanted) {
  const std::string place = "tensor '" + tensor.name + "'";
  if (!expected_shape) {
    throw FileError({file, place, "expected the shape " + wanted + ", found " + shape_text(tensor.shape), ""});
  }
  Matrix<double> values = tensor.load();
  require_finite(values, file, place);
  return values;
}

}  // namespace

const StoredTensor* find_tensor(const std::vector<StoredTensor>& tensors, std::string_view name) {
  for (const StoredTensor& t : tensors) {
    if (t.name == name) return &t;
  }
  return nullptr;
}

Matrix<double> load_matrix(const StoredTensor& tensor, const std::string& file, Index rows, Index cols) {
  const bool good = tensor.shape.size() == 2 && fits(tensor.shape[0], rows) && fits(tensor.shape[1], cols);
  return load_finite(tensor, file, good, "[" + size_text(rows, "rows") + ", " + size_text(cols, "columns") + "]");
}

Matrix<double> load_column(const StoredTensor& tensor, const std::string& file, Index rows) {
  const bool good = tensor.shape.size() == 1 && fits(tensor.shape[0], rows);
  return load_finite(tensor, file, good, "[" + size_text(rows, "rows") + "]");
}

}  // namespace unrecur

#pragma once

#include <filesystem>

#include "base/file_bytes.h"
#include "models/arrays/matrix.h"
#include "models/formats/read_model.h"

namespace unrecur::testing {

/// A file of tests/models/formats/data/, which make_model_files.py writes.
inline std::filesystem::path model_file(const std::string& name) {
  return std::filesystem::path(UNRECUR_SOURCE_DIR) / "tests/models/formats/data" / name;
}

/// The same, read; a file that is packed by gzip is unpacked first.
inline RecurrentModel read_model_file(const std::string& name) {
  const std::filesystem::path path = model_file(name);
  return path.extension() == ".gz" ? parse_recurrent_model(read_unpacked(path), name) : read_model(path);
}

/// The numbers that make_model_files.py puts into a tensor: element k, row by row, is ((5 k + 3 seed) mod 17 - 8) / 16.
inline Matrix<double> numbers_of(Index rows, Index cols, Index seed) {
  Matrix<double> values(rows, cols);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) {
      values(i, j) = static_cast<double>((5 * (i * cols + j) + 3 * seed) % 17 - 8) / 16.0;
    }
  }
  return values;
}

}  // namespace unrecur::testing

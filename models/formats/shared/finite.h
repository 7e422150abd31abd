#pragma once

#include <string>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Throws FileError that names the first NaN or infinity of `matrix`, in row-major order, as element [i, j] of `what`
/// in `file`.
template <class S>
void require_finite(const Matrix<S>& matrix, const std::string& file, const std::string& what);

}  // namespace unrecur

#include "models/formats/shared/finite.h"

#include <cmath>

#include "base/errors.h"

namespace unrecur {

template <class S>
void require_finite(const Matrix<S>& matrix, const std::string& file, const std::string& what) {
  for (Index i = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j < matrix.cols(); ++j) {
      const S value = matrix(i, j);
      if (std::isfinite(value)) continue;
      const std::string place = what + ", element [" + std::to_string(i) + ", " + std::to_string(j) + "]";
      throw FileError({file, place,
                       std::string("expected a finite number, found ") + (std::isnan(value) ? "NaN" : "infinity"), ""});
    }
  }
}

template void require_finite(const Matrix<float>&, const std::string&, const std::string&);
template void require_finite(const Matrix<double>&, const std::string&, const std::string&);

}  // namespace unrecur

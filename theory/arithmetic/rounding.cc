#include "theory/arithmetic/rounding.h"

namespace unrecur {

double power_up(double base, Index k) {
  if (k == 0) return 1.0;
  if (base == 0.0 || base == 1.0) return base;
  double result = 1.0;
  double square = base;
  for (Index rest = k;; square = multiply_up(square, square)) {
    if (rest % 2 == 1) result = result == 1.0 ? square : multiply_up(result, square);
    rest /= 2;
    if (rest == 0) return result;
  }
}

}  // namespace unrecur

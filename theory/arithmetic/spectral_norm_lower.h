#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// A lower bound of ‖A‖₂, proved against rounding: ‖A v‖₂ / ‖v‖₂ rounded downwards, for the v that a floating search
/// finds to be stretched most (Lanczos on AᵀA, then power iteration). Any shape; 0 of an empty matrix; NaN where A is
/// not finite. The price of the proof is about n u, relative. Cost: some hundred products of A with a vector.
double spectral_norm_lower(const ConstMatrixRef<double>& a);

}  // namespace unrecur

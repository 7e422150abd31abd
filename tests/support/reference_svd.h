#pragma once

#include <random>

#include "models/arrays/matrix.h"

namespace unrecur::testing {

/// Reference values by Eigen's full decompositions, which take long to compile and are compiled here once.

double largest_singular_value(const Matrix<double>& a);

/// U min(Σ, bound) Vᵀ: the nearest matrix of that spectral norm.
Matrix<double> clipped_by_svd(const Matrix<double>& a, double bound);

/// v with ‖v‖ = 1 and ‖A v‖ = ‖A‖₂
Vector<double> most_stretched_direction(const Matrix<double>& a);

Matrix<double> random_orthogonal(Index n, std::mt19937_64& engine);

/// A random square matrix with these singular values.
Matrix<double> with_singular_values(const Vector<double>& values, std::mt19937_64& engine);

}  // namespace unrecur::testing

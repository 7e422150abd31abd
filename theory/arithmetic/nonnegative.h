#pragma once

#include <functional>
#include <optional>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Upper bounds for nonnegative matrices and vectors, proved against rounding. NaN in, NaN or infinity out.

/// Mv, each entry rounded upwards; exactly zero where a row of M is. One product, and a look at the rows that give
/// zero.
Vector<double> product_up(const ConstMatrixRef<double>& m, const Vector<double>& v);

/// max_j y_j / v_j, rounded upwards: with y ≥ Mv and v > 0 a bound of ‖M‖ in max |s_j|/v_j, and so of ρ(M)
/// (Collatz–Wielandt).
double largest_ratio_up(const Vector<double>& y, const Vector<double>& v);

/// ‖K‖₂ of a matrix of two rows, from its entries: the root of the larger eigenvalue of K Kᵀ in closed form. Grows with
/// every entry, so that upper bounds of the entries give an upper bound.
double two_row_norm_up(const Eigen::Matrix<double, 2, 3>& k);

/// h with image(h) ≤ h, a little above the least such h, for an image that rises with h; nothing where none is found.
/// `image` is empty where it knows no bound.
std::optional<Vector<double>> bound_from_below(Index n,
                                               const std::function<Vector<double>(const Vector<double>&)>& image);

}  // namespace unrecur

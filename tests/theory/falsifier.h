#pragma once

#include <memory>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "models/layers/cell.h"
#include "theory/check/rate_bound.h"

namespace unrecur::testing {

/// Uniform numbers in ±scale, entry by entry, and corners of that box, where slopes and gates are extreme.
Vector<double> within(const Vector<double>& scale, std::mt19937_64& engine);
Vector<double> corner(const Vector<double>& scale, std::mt19937_64& engine);

/// The state that a domain with a box, and maybe a band, holds nearest to one of its limits' box, column by column:
/// c is moved into the box, then h into the band, then into the box. The same state where the domain is all of the
/// limits.
Matrix<double> into(const Domain& domain, Matrix<double> states);

/// ∂φ/∂s as a matrix.
Matrix<double> dense_jacobian(const Cell<double>& cell, const Vector<double>& x, const Vector<double>& s);

/// ‖J‖ induced by the norm, in floating point.
double induced_norm(const Norm& norm, const Matrix<double>& j);

/// Fails where some of `pairs` random pairs of states in the domain's box, with inputs |x_i| ≤ bound, comes together
/// more slowly than a certificate says, or where a step leads out of the box. Half of the pairs are close together,
/// half of the states and inputs corners.
void expect_unviolated(const Cell<double>& cell, std::span<const Certificate> certificates, double bound, int pairs,
                       std::mt19937_64& engine);

/// The largest ‖∂φ/∂s‖ over the box and the inputs that climbing finds: from a corner, coordinate by coordinate.
double climb_gain(const Cell<double>& cell, const Certificate& certificate, double bound, int moves,
                  std::mt19937_64& engine);

/// The certificates among the bounds; what each method says, infinity (upper) or zero (lower) where it found nothing;
/// and what one of them says, which fails where it was not tried.
std::vector<Certificate> certificates_of(const RateBounds& bounds);
std::vector<std::pair<std::string, double>> rates_of(const RateBounds& bounds);
double rate_of(const RateBounds& bounds, std::string_view method);

/// The same gated cell with its units in another order.
std::unique_ptr<Cell<double>> permuted(const Cell<double>& cell, const std::vector<Index>& order);

}  // namespace unrecur::testing

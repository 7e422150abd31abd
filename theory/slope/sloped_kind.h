#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "theory/certificates/kind_theory.h"

namespace unrecur {

/// What the kinds of cell with bounded slopes share, for their entries in theory/kinds/.

/// In the order in which they are tried. lyapunov_equation is for maps whose Jacobian is one matrix, lmi for the
/// others.
inline constexpr std::array<std::string_view, 7> kSlopedUpper{
    "one_norm", "inf_norm", "spectral_norm", "perron", "diagonal_2norm", "lyapunov_equation", "lmi"};
inline constexpr std::array<std::string_view, 2> kSlopedLower{"periodic_orbit", "spectral_radius_at_fixed_point"};

/// The certificate perron, and α max|σ| |U|.
std::optional<LayerComparison> sloped_comparison(const Cell<double>& cell, const InputSet& inputs);

}  // namespace unrecur

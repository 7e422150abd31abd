#include "theory/slope/sloped_kind.h"

#include <cmath>
#include <utility>

#include "theory/arithmetic/rounding.h"
#include "theory/slope/contraction.h"

namespace unrecur {

std::optional<LayerComparison> sloped_comparison(const Cell<double>& cell, const InputSet&) {
  const auto map = slope_map(cell);
  auto certificate = map ? certify_perron(*map) : std::nullopt;
  const auto* u = find_parameter(cell.parameters(), "weight_ih_l0");
  if (!certificate || u == nullptr) return std::nullopt;
  const double slope = multiply_up(map->leak, map->largest_slope());
  Matrix<double> from_input = u->unaryExpr([slope](double entry) { return multiply_up(slope, std::abs(entry)); });
  return LayerComparison{std::move(*certificate), std::move(from_input)};
}

}  // namespace unrecur

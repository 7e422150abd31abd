#include "theory/slope/first_step.h"

#include <algorithm>

#include "models/arrays/parameters.h"
#include "theory/arithmetic/activation_bounds.h"
#include "theory/arithmetic/rounding.h"
#include "theory/slope/slope_map.h"

namespace unrecur {
std::optional<Vector<double>> first_step_box(const Cell<double>& cell, const InputSet& inputs) {
  const auto map = slope_map(cell);
  const Matrix<double>* u = find_parameter(cell.parameters(), "weight_ih_l0");
  if (!map || u == nullptr || !inputs.bounded() || u->rows() != map->size()) return std::nullopt;
  const Matrix<double>* bias = find_parameter(cell.parameters(), "bias_ih_l0");
  const Vector<double> b =
      bias == nullptr ? Vector<double>(Vector<double>::Zero(u->rows())) : Vector<double>(bias->col(0));
  const std::vector<Interval> drive = inputs.drive_range(*u, b);
  const double bound = invariant_box(cell).value_or(kInfinity),
               first = magnitude_at_zero(sloped_step(cell)->activation);
  Vector<double> box(u->rows());
  for (Index j = 0; j < box.size(); ++j) {
    const double size = drive[static_cast<std::size_t>(j)].magnitude();
    const double value = add_up(first, multiply_up(map->largest_slope(), size));
    box(j) = multiply_up(map->leak, value < bound ? value : bound);
  }
  // NaN and infinity bound nothing.
  return box.allFinite() ? std::optional(box) : std::nullopt;
}

double first_step_radius(const Certificate& certificate, const Vector<double>& first_step_box) {
  constexpr double room = 1.0 + 1e-9;
  if (!(certificate.rate.value < 1.0)) return kInfinity;
  const double push = certificate.norm.box_radius(first_step_box);
  return multiply_up(divide_up(push, subtract_down(1.0, certificate.rate.value)), room);
}

}  // namespace unrecur

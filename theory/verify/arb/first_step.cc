#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/sloped.h"

namespace unrecur::verify {
std::vector<Ball> first_step_of_sloped(const Layer& layer, const Claim& claim) {
  const auto map = sloped_of(layer);
  const Inputs& inputs = claim.inputs;
  if (!map || !map->leak_makes_sense() || map->u == nullptr || map->u->rows() != map->n) return {};
  for (const Matrix<double>* bias : {map->bias, map->recurrent_bias}) {
    if (bias != nullptr && (bias->rows() != map->n || bias->cols() != 1)) return {};
  }
  const Index m = map->u->cols();
  const bool fits =
      inputs.columns.size() > 0 ? inputs.columns.rows() * inputs.window == m : inputs.low.size() == m && m > 0;
  if (!fits) return {};
  const std::vector<Range> drives = input_ranges(*map->u, inputs);
  std::vector<Ball> first;
  for (Index j = 0; j < map->n; ++j) {
    const Range& drive = drives[static_cast<std::size_t>(j)];
    Ball shift;
    for (const Matrix<double>* bias : {map->bias, map->recurrent_bias}) {
      if (bias != nullptr) shift += (*bias)(j, 0);
    }
    // |ρ(a)| ≤ |ρ(0)| + max|σ| |a|
    Ball value = map->high * max(abs(drive.low + shift), abs(drive.high + shift));
    if (map->activation == "sigmoid") value += Ball(0.5);
    if (map->within_one) value = min(value, Ball(1.0));
    first.push_back(map->alpha * value);
  }
  return first;
}

}  // namespace unrecur::verify

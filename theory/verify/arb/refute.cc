#include <algorithm>

#include "theory/verify/arb/orbit.h"
#include "theory/verify/arb/sloped.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

/// (s, x) ↦ W s + U x + b is onto: the rows of [W U] are independent, so their Gram matrix is definite. Every pattern
/// of slopes inside their bounds is then approached, at some state and input.
bool every_slope_is_reached(const Sloped& map) {
  if (map.u == nullptr || map.u->rows() != map.n) return false;
  BallMatrix both(map.n + map.u->cols(), map.n);  // [W U]ᵀ
  for (Index j = 0; j < map.n; ++j) {
    for (Index k = 0; k < map.n; ++k) both(k, j) = (*map.w)(j, k);
    for (Index k = 0; k < map.u->cols(); ++k) both(map.n + k, j) = (*map.u)(j, k);
  }
  return surely_definite(gram(both));
}

Finding refute_by_slopes(const Layer& layer, const Refutation& refutation) {
  const auto map = sloped_of(layer);
  if (!map || !map->leak_makes_sense()) return not_proved("the cell is not one with bounded slopes that is known here");
  const Matrix<double>& slopes = refutation.slopes;
  const bool within = std::all_of(slopes.data(), slopes.data() + slopes.size(), [&](double s) {
    return surely_at_most(map->activation.least_slope(), s) && surely_at_most(s, map->activation.greatest_slope());
  });
  if (!within) return not_proved("a slope is none that the activation has");
  if (!map->constant && !every_slope_is_reached(*map)) {
    return not_proved("not every pattern of slopes is proved to occur: the rows of [W U] may be dependent");
  }
  const Index n = map->n, p = slopes.cols();
  BallMatrix cycle(n * p, n * p);
  for (Index i = 0; i < p; ++i) {
    for (Index k = 0; k < n; ++k) {
      for (Index j = 0; j < n; ++j) cycle(n * ((i + 1) % p) + j, n * i + k) = map->entry(j, k, slopes(j, i));
    }
  }
  return radius_surely_at_least(cycle, refutation.radius)
             ? Finding{true, {}}
             : not_proved("no eigenvalue of these Jacobians is proved to be that large");
}

}  // namespace

/// verify/refutation.cc
Finding prove_refutation(const Layer& layer, const Refutation& refutation);

Finding prove_refutation(const Layer& layer, const Refutation& refutation) {
  return refutation.states.size() > 0 ? refute_by_orbit(layer, refutation) : refute_by_slopes(layer, refutation);
}

}  // namespace unrecur::verify

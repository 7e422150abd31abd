#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "theory/check/rate_bound.h"
#include "theory/quadratic/quadratic.h"

namespace unrecur {

/// Adds the bound of method quadratic where it is wanted, after all others: it starts from the norms that they found,
/// and takes no time where it can decide nothing because a bound from below refutes. `boxed` is null where there is no
/// box.
template <class Boxed>
void add_quadratic(RateBounds& bounds, const RateOptions& options, const std::optional<Boxed>& boxed) {
  if (!wanted(options, "quadratic")) return;
  const bool refuted = std::ranges::any_of(bounds.lower, &LowerRateBound::refutes);
  std::vector<Vector<double>> starts;
  for (const UpperRateBound& upper : bounds.upper) {
    const auto start = upper.certificate ? start_of(*upper.certificate) : std::nullopt;
    if (start) starts.push_back(*start);
  }
  const auto others = best_upper(bounds, Rigour::proved);
  QuadraticOptions how{.seconds = refuted ? 0.0 : options.seconds, .execution = options.execution};
  if (others) how.beat = others->value;
  bounds.upper.push_back(
      upper_rate_bound("quadratic", [&] { return boxed ? certify_quadratic(*boxed, starts, how) : std::nullopt; }));
  std::string why = boxed ? quadratic_not_tried(boxed->domain.limits.size(), how) : std::string();
  if (!why.empty()) bounds.upper.back().note = std::move(why);
}

}  // namespace unrecur

#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/variants.h"

namespace unrecur::reports::theorems {

/// Whether a variant is a stable system (has bounds), or one that does not forget.
bool is_stable(const Variant& variant);

/// "RNN, λ = 0.8, gaussian W", "integrator".
std::string name_of(const Variant& variant);

/// Comparisons of a measured series with a bound, over all seeds and points of a variant: measured ≤ bound + floor.
struct Comparison {
  std::size_t compared = 0, violations = 0;
  Comparison& operator+=(const Comparison& other);
};
Comparison compare(const Variant& variant, const std::string& measured, const std::string& bound,
                   const std::string& floor);

/// The orders of the variant's series weight_distance_kK.
std::vector<int> weight_orders(const Variant& variant);

/// The claims of experiments/configs/theorems.toml by its rules: C7, C8, "C8 unstable". Open where no variant is of the
/// kind.
std::map<std::string, ClaimOutcome> verdicts(const std::vector<Variant>& variants);

}  // namespace unrecur::reports::theorems

#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/arms.h"
#include "reports/claims.h"

namespace unrecur::reports::theorems {

/// Whether an arm is a stable system (has bounds), or one that does not forget.
bool is_stable(const Arm& arm);

/// "RNN, λ = 0.8, gaussian W", "integrator".
std::string name_of(const Arm& arm);

/// Comparisons of a measured series with a bound, over all seeds and points of an arm: measured ≤ bound + floor.
struct Comparison {
  std::size_t compared = 0, violations = 0;
  Comparison& operator+=(const Comparison& other);
};
Comparison compare(const Arm& arm, const std::string& measured, const std::string& bound, const std::string& floor);

/// The orders of the arm's series weight_distance_kK.
std::vector<int> weight_orders(const Arm& arm);

/// The claims of experiments/configs/theorems.toml by its rules: C7, C8, "C8 unstable". Open where no arm is of the
/// kind.
std::map<std::string, ClaimOutcome> verdicts(const std::vector<Arm>& arms);

}  // namespace unrecur::reports::theorems

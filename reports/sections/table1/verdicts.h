#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/metrics.h"
#include "reports/results/variants.h"

namespace unrecur::reports::table1 {

/// By how much worse the mean of `second` is than that of `first`, over the seeds that both have: for measures to
/// minimise as a share of the first, for others (F1) as points. Negative where it is better. Nothing without a pair.
std::optional<double> loss_by(const Variant& first, const Variant& second, const Measure& measure);

/// Of a task's stable variants with that cell the one that is best in the mean on the validation part: the test set
/// chooses nothing. Null where there is none.
const Variant* best_stable(const std::vector<Variant>& variants, const std::string& task, const std::string& cell);

/// The claims of experiments/configs/table1.toml by its rules. Open where the runs that a rule asks for are missing.
std::map<std::string, ClaimOutcome> verdicts(const std::vector<Variant>& variants);

}  // namespace unrecur::reports::table1

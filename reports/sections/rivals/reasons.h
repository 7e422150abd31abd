#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/variants.h"

namespace unrecur::reports::rivals {

/// The rules of experiments/configs/reasons.toml, by the claim's name.
std::map<std::string, ClaimOutcome> reasons_verdicts(const std::vector<Variant>& variants);

/// A series of every variant of a study, a curve each.
Figure study_figure(const std::vector<Variant>& variants, const std::string& study, const std::string& series,
                    const std::string& title);

/// The measure of a task against the number of inputs seen: a curve for the models of one name, a line for what sees
/// everything. No curves where no model has a field.
Figure field_figure(const std::string& experiment, const std::vector<const Variant*>& variants);

}  // namespace unrecur::reports::rivals

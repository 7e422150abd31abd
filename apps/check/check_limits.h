#pragma once

#include "apps/check/check_layers.h"
#include "reports/check/checked_model.h"

namespace unrecur {

/// Fills in what keeps the rate of a layer up: gates, limits and limited_by.
void add_limits(reports::CheckedLayer& layer, const RecurrentLayer& described, const CheckedCell& checked);

}  // namespace unrecur

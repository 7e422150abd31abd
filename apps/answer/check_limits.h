#pragma once

#include "reports/check/checked_model.h"
#include "theory/check/layer_report.h"

namespace unrecur {

/// Fills in what keeps the rate of a layer up: gates, limits and limited_by.
void add_limits(reports::CheckedLayer& layer, const LayerReport& report);

}  // namespace unrecur

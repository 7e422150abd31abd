#pragma once

#include <vector>

#include "theory/check/layer_report.h"

namespace unrecur {

/// The curves of a report whose bounds, states and best bound are known; errors lie around that of the report, from 0.1
/// or above it downwards, eight a decade.
std::vector<ContextCurve> context_curves(const LayerReport& report);

}  // namespace unrecur

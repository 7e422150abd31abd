#pragma once

#include "reports/results/section.h"

namespace unrecur::reports::stability {

/// Figures 3a and 3b: gradients with respect to inputs against the distance, before and after training.
SectionContent gradients_section(const SectionInput& input);

}  // namespace unrecur::reports::stability

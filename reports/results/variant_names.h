#pragma once

#include <vector>

#include "reports/results/variants.h"

namespace unrecur::reports {

/// Gives the variants of a task their labels and keys: the cell where the task has several, the stable set, and what
/// tells them apart beside these. Where the configuration gives all models names of their own (`model`), the name
/// stands in the cell's place, and what all variants of that name share is not said.
void name_variants_of_task(const std::vector<Variant*>& variants);

}  // namespace unrecur::reports

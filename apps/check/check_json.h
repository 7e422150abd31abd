#pragma once

#include <span>
#include <string>

#include "apps/check/check_layers.h"
#include "reports/check/checked_model.h"

namespace unrecur {

/// The answer as JSON, schema unrecur.check/1, indented; `cells` are what its layers tell of. Names that are no UTF-8
/// have U+FFFD for what is wrong in them.
std::string check_json(const reports::CheckedModel& answer, std::span<const CheckedCell> cells);

}  // namespace unrecur

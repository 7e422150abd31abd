#pragma once

#include <span>
#include <string>

#include "reports/check/checked_model.h"
#include "theory/check/layer_report.h"

namespace unrecur {

/// The answer as JSON, schema unrecur.check/1, indented; `reports` are what its layers tell of. Names that are no UTF-8
/// have U+FFFD for what is wrong in them.
std::string check_json(const reports::CheckedModel& answer, std::span<const LayerReport> reports);

}  // namespace unrecur

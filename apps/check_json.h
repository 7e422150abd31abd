#pragma once

#include <string>

#include "reports/check/checked_model.h"

namespace unrecur {

/// The answer as JSON, schema unrecur.check/1, indented. Names that are no UTF-8 have U+FFFD for what is wrong in them.
std::string check_json(const reports::CheckedModel& answer);

}  // namespace unrecur

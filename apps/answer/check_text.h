#pragma once

#include <string>

#include "apps/answer/dialect.h"
#include "reports/check/checked_model.h"

namespace unrecur {

/// The answer as a page for the terminal, at most about a hundred columns wide: the verdict, an overview where there
/// are several layers, and for each layer what is proved, what keeps the rate up, what would help, and the ladder. Of
/// models with many layers the overview and what helps all of them.
std::string check_text(const reports::CheckedModel& answer, Dialect dialect = Dialect::shell);

}  // namespace unrecur

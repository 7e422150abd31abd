#pragma once

#include <string>

#include "reports/blocks/block.h"

namespace unrecur::reports {

/// The scoreboard as one table with a body for each group; the links lead to the evidence. Its caption stands
/// elsewhere on the page.
std::string scoreboard_html(const Scoreboard& board);

}  // namespace unrecur::reports

#pragma once

#include <string>

#include "reports/blocks/block.h"

namespace unrecur::reports {

/// A table of rates with a line in every row: where the rate can lie, solid where that is proved, dashed where it is
/// floating. `number` is that of the figure.
std::string rate_table_html(const RateTable& table, int number);

}  // namespace unrecur::reports

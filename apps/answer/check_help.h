#pragma once

#include <string>
#include <vector>

#include "apps/answer/check_answer.h"

namespace unrecur {

/// The remedies of a report in words; options and commands stand between single quotes.
std::vector<std::string> format_help(const RecurrentLayer& layer, const LayerReport& report,
                                     const CheckQuestion& question);

}  // namespace unrecur

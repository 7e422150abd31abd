#pragma once

#include <string>
#include <vector>

#include "apps/check/check_answer.h"

namespace unrecur {

/// What would change an answer that is not a proof, or add a context to one; options and commands stand between single
/// quotes. Where inputs of a gated cell are what stands in the way, the largest bound on them that is proved to be
/// enough is searched for, which costs some ten climbs without lower rungs.
std::vector<std::string> help_for(const RecurrentModel& model, const RecurrentLayer& layer, const CheckedCell& checked,
                                  const CheckQuestion& question);

}  // namespace unrecur

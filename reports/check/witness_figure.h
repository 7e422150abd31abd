#pragma once

#include <optional>
#include <string>

#include "reports/blocks/document.h"
#include "reports/check/checked_model.h"

namespace unrecur::reports {

/// The two runs of a witness that so many steps are needed, and how far they are apart; nothing where there is none to
/// be drawn. `id` tells the figures of a page apart.
std::optional<Figure> witness_figure(const std::optional<CheckedWitness>& witness, const std::string& id,
                                     const CheckedContext& context, double epsilon);

}  // namespace unrecur::reports

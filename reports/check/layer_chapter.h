#pragma once

#include <string>

#include "reports/blocks/document.h"
#include "reports/check/checked_model.h"

namespace unrecur::reports {

/// The anchor of the i-th layer's chapter: made of the index, so that no name of a file gets into an address.
std::string layer_anchor(std::size_t i);

/// All that is known of one layer, the i-th of the page; the verdict only where the layer is not alone there.
Chapter layer_chapter(const CheckedLayer& layer, std::size_t i, bool alone, double epsilon);

}  // namespace unrecur::reports

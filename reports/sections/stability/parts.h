#pragma once

#include <string>
#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"

namespace unrecur::reports::stability {

/// The metric of the first seed, or nothing; ranges over seeds where there are more: "0.93–0.95".
std::string range_of(const Variant& variant, const std::string& metric, int digits = 3);

/// What the paper has, "80"; nothing where it has nothing.
std::string published_of(const std::string& task, const std::string& cell, const std::string& metric);

/// A metric of variants that differ in their truncation order, against the order k ≥ 1: a curve for each seed and, for
/// two and more, their mean. False where there is nothing to draw.
bool add_order_curves(Figure& figure, const std::vector<const Variant*>& variants, const std::string& metric,
                      const Family& family);

}  // namespace unrecur::reports::stability

#pragma once

#include <string>
#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/variants.h"

namespace unrecur::reports {

/// The measure by which a task is judged.
struct Measure {
  std::string metric;  ///< key in a result's metrics
  std::string words;   ///< as it stands in a sentence
  std::string unit;    ///< empty when it has none
  bool less_is_better = true;
};

/// The first of the known test measures that a result of the variants has; the first of all when none has one.
Measure measure_of(const std::vector<const Variant*>& variants);

/// All metrics of a task's variants: a row per metric, a column per variant, mean ± sd over seeds.
Table metrics_table(const std::string& experiment, const std::vector<const Variant*>& variants);
/// The same, shown on demand: for chapters that have tables and figures of their own.
Table folded_metrics_table(const std::string& experiment, const std::vector<const Variant*>& variants);

/// The variants of one task.
std::vector<const Variant*> of_task(const std::vector<Variant>& variants, const std::string& task);

/// `experiment-task-what`, with letters, digits and hyphens only.
std::string block_id(const std::string& experiment, const std::string& task, const std::string& what);

}  // namespace unrecur::reports

#include "theory/check/remedies.h"

#include <algorithm>

#include "models/layers/joint_cell.h"
#include "theory/check/provable_bound.h"
#include "theory/slope/slope_map.h"

namespace unrecur {
namespace {

using Kind = Remedy::Kind;

constexpr Index kLargestSearched = 512;  ///< state size above which no bound on inputs is searched
constexpr double kHighestBound = 16.0;   ///< where a search without a bound begins

bool needs_bounded_inputs(const Cell<double>& cell) {
  if (const auto* stack = dynamic_cast<const JointCell<double>*>(&cell)) {
    for (Index k = 0; k < stack->layers(); ++k) {
      if (needs_bounded_inputs(stack->layer(k))) return true;
    }
    return false;
  }
  return cell.kind() == "lstm" || cell.kind() == "gru";
}

bool has_stable_set(const Cell<double>& cell) {
  return cell.kind() == "elman" || cell.kind() == "linear" || cell.kind() == "lstm" || cell.kind() == "gru";
}

/// The largest |x_i| of a set; nothing where it is not bounded.
std::optional<double> largest_in(const InputSet& inputs) {
  if (inputs.bound()) return *inputs.bound();
  if (inputs.columns().size() > 0) return inputs.columns().cwiseAbs().maxCoeff();
  if (inputs.low().size() > 0) return std::max(inputs.low().cwiseAbs().maxCoeff(), inputs.high().cwiseAbs().maxCoeff());
  return std::nullopt;
}

/// Whether a smaller set of inputs would do.
void add_smaller_inputs(std::vector<Remedy>& remedies, const LayerReport& report, const CheckOptions& options) {
  const InputSet& inputs = report.inputs;
  const bool vocabulary = inputs.columns().size() > 0;
  const double highest = largest_in(inputs).value_or(kHighestBound);
  const bool searched = report.cell->shape().state <= kLargestSearched && !vocabulary;
  const auto enough =
      searched && highest > 0.0 ? provable_input_bound(*report.cell, highest, options.execution) : std::nullopt;
  if (enough && *enough > 0.0) {
    remedies.push_back({.kind = Kind::inputs_within, .input_bound = *enough});
  } else if (searched) {
    remedies.push_back({.kind = enough ? Kind::inputs_of_zero : Kind::other_weights});
  } else if (!inputs.bounded()) {
    remedies.push_back({.kind = Kind::bound_inputs});
  }
  if (vocabulary || (searched && !enough)) return;
  if (options.vocabulary) remedies.push_back({.kind = Kind::vocabulary, .tensor = *options.vocabulary});
  if (inputs.low().size() == 0) remedies.push_back({.kind = Kind::box_of_inputs});
}

}  // namespace

std::vector<Remedy> remedies_for(const LayerReport& report, bool knows_inputs, const CheckOptions& options) {
  std::vector<Remedy> remedies;
  if (!report.cell) return {{.kind = Kind::complete_description}};
  if (report.verdict == Verdict::proved) {
    if (!report.context && knows_inputs && !report.inputs.bounded()) {
      remedies.push_back({.kind = Kind::bound_inputs_for_context});
    }
    return remedies;
  }
  if (report.verdict == Verdict::undecided && needs_bounded_inputs(*report.cell) && knows_inputs) {
    add_smaller_inputs(remedies, report, options);
  }
  // Slopes are fewer, and refutations by slopes that no input of a set reaches say nothing, on a box.
  const auto map = slope_map(*report.cell);
  const bool varies = map && !map->constant() && report.reason != Reason::expands_where_visited;
  if (varies && knows_inputs && !report.inputs.bounded()) remedies.push_back({.kind = Kind::bound_inputs});
  if (has_stable_set(*report.cell)) {
    remedies.push_back({.kind = Kind::projection,
                        .tensor = options.vocabulary.value_or(""),
                        .needs_bounded_inputs = needs_bounded_inputs(*report.cell)});
  }
  return remedies;
}

}  // namespace unrecur

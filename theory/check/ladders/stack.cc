#include "theory/check/ladder.h"
#include "theory/check/notes.h"
#include "theory/gated/stack_rate.h"

namespace unrecur {
namespace {

/// "layers alone: 0.61, 0.72".
std::string note_of(const std::vector<double>& rates) {
  std::string note = "layers alone:";
  for (const double rate : rates) note += (note.back() == ':' ? " " : ", ") + short_decimal(rate);
  return note;
}

std::vector<Rung> climb_stack(const Cell<double>& cell, const LadderOptions& options) {
  const auto* stack = dynamic_cast<const JointCell<double>*>(&cell);
  std::vector<Rung> rungs;
  if (stack == nullptr) return rungs;
  if (wanted(options, "comparison_matrix")) {
    std::string note = stack->plain() ? "a layer has no bounded box: needs --input-bound or --inputs"
                                      : "no certificate for stacks with skip connections or of different layers";
    rungs.push_back(upper_rung("comparison_matrix", [&]() -> std::optional<Certificate> {
      std::optional<StackRate> rate = certify_stack(*stack, options.inputs);
      if (!rate) return std::nullopt;
      note = note_of(rate->layers);
      return std::move(rate->certificate);
    }));
    rungs.back().note = note;
  }
  add_orbit_rungs(rungs, cell, options);
  return rungs;
}

}  // namespace

namespace registry::ladders {
extern const CellLadder stack;
const CellLadder stack{"stack", &climb_stack};
}  // namespace registry::ladders

}  // namespace unrecur

// Two sequences that share their last inputs, run in balls: docs/theory.md, section 18.
#include "theory/verify/memory.h"

#include "theory/verify/arb/parts.h"
#include "theory/verify/arb/sequence_run.h"

namespace unrecur::verify {

/// verify/memory.cc
Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);
FurthestMemory prove_furthest(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);
std::string unprepared(const Layer& layer);

std::string unprepared(const Layer& layer) {
  std::string reason;
  prepare(layer, reason);
  return reason;
}

namespace {

bool surely_apart(const std::vector<Ball>& one, const std::vector<Ball>& other, double gap) {
  Ball squares;
  for (std::size_t j = 0; j < one.size(); ++j) squares += pow(one[j] - other[j], 2);
  return surely_below(gap, sqrt(squares));
}

/// Of the common steps after which both states are known, the most with states that are apart.
FurthestMemory furthest_of(const Run& first, const Run& second, double gap) {
  FurthestMemory found;
  for (const Run* run : {&first, &second}) {
    if (found.reason.empty()) found.reason = run->reason;
  }
  for (const auto& [steps, state] : first.marks) {
    const auto same = second.marks.find(steps);
    if (same != second.marks.end() && surely_apart(state, same->second, gap)) found.steps = steps;
  }
  return found;
}

}  // namespace

FurthestMemory prove_furthest(const Layer& layer, const Memory& memory, const std::function<bool()>& stop) {
  FurthestMemory found;
  const auto prepared = prepare(layer, found.reason);
  if (!prepared) return found;
  const auto inputs = [&](const Matrix<double>& prefix) {
    return RunInputs{prefix, memory.suffix, memory.steps, memory.bits_per_step};
  };
  const auto [first, second] =
      run_both(*prepared, state_size(layer), inputs(memory.first), inputs(memory.second), stop);
  found = furthest_of(first, second, memory.gap);
  if (found.reason.empty() && found.steps < memory.steps) {
    found.reason = "the states are not proved to be that far apart";
  }
  return found;
}

Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop) {
  FurthestMemory found = prove_furthest(layer, memory, stop);
  const bool proved = found.steps == memory.steps;
  return {proved, proved ? std::string() : std::move(found.reason)};
}

}  // namespace unrecur::verify

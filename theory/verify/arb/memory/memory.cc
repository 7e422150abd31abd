// Two sequences that share their last inputs, run in balls: docs/theory.md, section 18.
#include "theory/verify/memory.h"

#include "theory/verify/arb/memory/observer.h"
#include "theory/verify/arb/memory/sequence_run.h"

namespace unrecur::verify {

/// verify/memory.cc
Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);
FurthestMemory prove_furthest(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);
std::string unprepared(const Layer& layer, const Observed& observed);

std::string unprepared(const Layer& layer, const Observed& observed) {
  std::string reason;
  if (prepare(layer, reason)) Observer::of(layer, observed, reason);
  return reason;
}

namespace {

bool surely_apart(const Observer& observer, const Balls& one, const Balls& other, double gap) {
  Balls difference;
  for (std::size_t j = 0; j < one.size(); ++j) difference.push_back(one[j] - other[j]);
  Ball squares;
  for (const Ball& apart : observer.read(difference)) squares += pow(apart, 2);
  return surely_below(gap, sqrt(squares));
}

/// Of the common steps after which both states are known, the most after which what is observed is apart.
FurthestMemory furthest_of(const Observer& observer, const Run& first, const Run& second, double gap) {
  FurthestMemory found;
  for (const Run* run : {&first, &second}) {
    if (found.reason.empty()) found.reason = run->reason;
  }
  for (auto mark = first.marks.rbegin(); mark != first.marks.rend() && found.steps < 0; ++mark) {
    const auto same = second.marks.find(mark->first);
    if (same == second.marks.end() || !surely_apart(observer, mark->second, same->second, gap)) continue;
    found.steps = mark->first;
  }
  return found;
}

}  // namespace

FurthestMemory prove_furthest(const Layer& layer, const Memory& memory, const std::function<bool()>& stop) {
  FurthestMemory found;
  const auto prepared = prepare(layer, found.reason);
  if (!prepared) return found;
  const auto observer = Observer::of(layer, memory.observed, found.reason);
  if (!observer) return found;
  const auto inputs = [&](const Matrix<double>& prefix) {
    return RunInputs{prefix, memory.suffix, memory.steps, memory.bits_per_step};
  };
  const auto [first, second] =
      run_both(*prepared, state_size(layer), inputs(memory.first), inputs(memory.second), stop);
  found = furthest_of(*observer, first, second, memory.gap);
  if (found.reason.empty() && found.steps < memory.steps) {
    found.reason = memory.observed.outputs ? "what is observed is not proved to be that far apart"
                                           : "the states are not proved to be that far apart";
  }
  return found;
}

Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop) {
  FurthestMemory found = prove_furthest(layer, memory, stop);
  const bool proved = found.steps == memory.steps;
  return {proved, proved ? std::string() : std::move(found.reason)};
}

}  // namespace unrecur::verify

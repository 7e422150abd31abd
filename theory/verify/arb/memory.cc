// Two sequences that share their last inputs, run in balls: docs/theory.md, section 18.
#include "theory/verify/memory.h"

#include "theory/verify/arb/parts.h"
#include "theory/verify/arb/sequence_run.h"

namespace unrecur::verify {

/// verify/memory.cc
Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);
std::string unprepared(const Layer& layer);

std::string unprepared(const Layer& layer) {
  std::string reason;
  prepare(layer, reason);
  return reason;
}

Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop) {
  std::string reason;
  const auto prepared = prepare(layer, reason);
  if (!prepared) return not_proved(reason);
  const auto inputs = [&](const Matrix<double>& prefix) {
    return RunInputs{prefix, memory.suffix, memory.steps, memory.bits_per_step};
  };
  const auto [first, second] =
      run_both(*prepared, state_size(layer), inputs(memory.first), inputs(memory.second), stop);
  for (const Run* run : {&first, &second}) {
    if (!run->reason.empty()) return not_proved(run->reason);
  }
  Ball squares;
  for (std::size_t j = 0; j < first.state.size(); ++j) squares += pow(first.state[j] - second.state[j], 2);
  if (surely_below(memory.gap, sqrt(squares))) return {true, {}};
  return not_proved("the states are not proved to be that far apart");
}

}  // namespace unrecur::verify

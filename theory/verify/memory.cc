#include "theory/verify/memory.h"

#include <cmath>
#include <utility>

#include "theory/verify/sequence_defects.h"

namespace unrecur::verify {

#ifdef UNRECUR_HAVE_ARB
/// arb/memory/memory.cc
Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);
FurthestMemory prove_furthest(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);
std::string unprepared(const Layer& layer, const Observed& observed);

namespace {

/// What is wrong with the witness as data; empty where nothing is.
std::string defect(const Layer& layer, const Memory& w) {
  if (std::string wrong = layer_defect(layer); !wrong.empty()) return wrong;
  for (const Matrix<double>* x : {&w.first, &w.second, &w.suffix}) {
    if (std::string wrong = sequence_defect(layer, w.inputs, *x); !wrong.empty()) return wrong;
  }
  if (!(w.steps >= 0 && w.steps <= kMostSteps)) return "the number of common steps makes no sense";
  if (w.steps > 0 && w.suffix.cols() == 0) return "there are no common inputs";
  if (!(w.gap >= 0.0 && std::isfinite(w.gap))) return "the gap is not a finite number of at least 0";
  if (!w.observed.head.allFinite()) return "the head is not finite";
  return bits_defect(w.bits_per_step);
}

}  // namespace

Finding verify_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop) {
  std::string wrong = defect(layer, memory);
  return wrong.empty() ? prove_memory(layer, memory, stop) : Finding{false, std::move(wrong)};
}

FurthestMemory furthest_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop) {
  std::string wrong = defect(layer, memory);
  return wrong.empty() ? prove_furthest(layer, memory, stop) : FurthestMemory{-1, std::move(wrong)};
}

std::string memory_obstacle(const Layer& layer, const Observed& observed) {
  std::string wrong = layer_defect(layer);
  return wrong.empty() ? unprepared(layer, observed) : wrong;
}

#else

Finding verify_memory(const Layer&, const Memory&, const std::function<bool()>&) {
  return no_ball_arithmetic();
}

FurthestMemory furthest_memory(const Layer&, const Memory&, const std::function<bool()>&) {
  return {-1, no_ball_arithmetic().reason};
}

std::string memory_obstacle(const Layer&, const Observed&) {
  return no_ball_arithmetic().reason;
}

#endif

}  // namespace unrecur::verify

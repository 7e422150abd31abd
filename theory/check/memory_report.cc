#include "theory/check/memory_report.h"

#include <algorithm>

#include "base/stopwatch.h"

namespace unrecur {
namespace {

/// What stands in the way of any proof, whatever the search would find.
NoMemory obstacle(const Cell<double>& cell, const MemoryQuestion& question) {
  if (!(question.seconds > 0.0)) return NoMemory::not_asked;
  if (question.conjugate) return NoMemory::conjugate_states;
  if (!question.drive_known || cell.shape().input == 0) return NoMemory::unknown_inputs;
  if (!verify::available()) return NoMemory::no_ball_arithmetic;
  const verify::Layer layer{cell.kind(), cell.attributes(), &cell.parameters()};
  return verify::memory_obstacle(layer, question.observed).empty() ? NoMemory::none : NoMemory::unsupported_kind;
}

}  // namespace

Matrix<double> parting_inputs(const RateBounds& bounds, Index inputs) {
  constexpr double almost = 0.9;
  Matrix<double> found(inputs, 0);
  for (const LowerRateBound& lower : bounds.lower) {
    const Orbit* orbit = lower.orbit();
    if (orbit == nullptr || orbit->period() != 1 || orbit->radius.value < almost) continue;
    found.conservativeResize(inputs, found.cols() + 1);
    found.rightCols(1) = orbit->inputs;
  }
  return found;
}

MemoryReport memory_of(const Cell<double>& cell, const MemoryQuestion& question) {
  MemoryReport report{.missing = obstacle(cell, question)};
  if (report.missing != NoMemory::none) return report;
  MemoryOptions options{.epsilon = question.epsilon,
                        .observed = question.observed,
                        .inputs = question.inputs,
                        .likely = question.likely,
                        .seconds = question.seconds,
                        .stop = question.stop};
  if (question.enough) options.longest = std::clamp<Index>(*question.enough, 1, options.longest);
  const Stopwatch watch;
  report.proved = prove_memory(cell, options);
  report.seconds = watch.seconds();
  if (!report.at_least()) report.missing = report.proved.found > 0 ? NoMemory::not_proved : NoMemory::nothing_found;
  return report;
}

}  // namespace unrecur

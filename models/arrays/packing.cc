#include "models/arrays/packing.h"

#include "base/errors.h"

namespace unrecur {

Packing::Packing(std::span<const Index> lengths) {
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    if (lengths[b] < 1) throw UsageError("a packed sequence needs at least one step");
    if (b > 0 && lengths[b] > lengths[b - 1]) throw UsageError("packed sequences must be sorted, longest first");
  }
  if (lengths.empty()) return;
  begin_.reserve(static_cast<std::size_t>(lengths[0]) + 1);
  std::size_t running = lengths.size();
  for (Index t = 0; t < lengths[0]; ++t) {
    while (lengths[running - 1] <= t) --running;
    begin_.push_back(begin_.back() + static_cast<Index>(running));
  }
}

Packing Packing::single(Index steps) {
  return uniform(steps, 1);
}

Packing Packing::uniform(Index steps, Index batch) {
  const std::vector<Index> lengths(static_cast<std::size_t>(batch), steps);
  return Packing(lengths);
}

Index Packing::length(Index b) const {
  Index steps_running = 0;
  while (steps_running < steps() && width(steps_running) > b) ++steps_running;
  return steps_running;
}

}  // namespace unrecur

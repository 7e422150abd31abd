#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "models/layers/cell.h"
#include "theory/certificates/input_set.h"
#include "theory/verify/observed.h"

namespace unrecur {

struct MemorySearchOptions {
  double epsilon = 1e-3;                   ///< what is observed has to end more than 2ε apart
  verify::Observed observed{};             ///< the states, or outputs
  InputSet inputs = InputSet::anything();  ///< both sequences are taken from it
  Matrix<double> likely{};  ///< inputs of the set under which states are known to part, m × c: tried among the others
  Index longest = 4096;     ///< common steps beyond which no more are looked for
  double seconds = 8.0;     ///< wall time of the search
  std::function<bool()> stop{};  ///< asked now and then whether to leave; what was found until then counts
  std::uint64_t seed = 1;
};

/// Two input sequences that share their last k inputs, one and the same input k times over, and from the zero state end
/// where what is observed is more than 2ε apart: found in floating point, proved by nothing yet.
struct MemoryPair {
  Matrix<double> first, second;  ///< the inputs before, m × p each
  Vector<double> suffix;         ///< the input that is repeated
  Index steps = 0;               ///< k
  double gap = 0.0;              ///< ‖C s − C s'‖₂ after them, about
  /// log₂ of what the radii of an enclosure by products of Jacobians are multiplied by: over the inputs before and the
  /// first common ones, and in one step later on.
  double first_bits = 0.0, end_bits = 0.0;

  /// The average over a run of so many common steps.
  double bits_per_step(Index common) const;
};

/// The pair with the largest number of common steps that the search finds; nothing where no pair is 2ε apart after one.
/// Of pairs that last as long as is looked for, one that seems to stay apart for ever where states are small, else the
/// one whose enclosure costs the fewest bits.
///
/// Prefixes (extreme inputs, held for some steps at random, or two opposite ones throughout) lead many runs apart side
/// by side; then one input holds for all of them, and the last step counts at which some two are still apart. The
/// middle of the set, likely and extreme inputs, changes of the best of them and inputs between it and extreme ones are
/// tried, prefixes too, until time is up or as many tries have brought nothing as it took to find the best. Cost: some
/// 16 runs side by side for each try. The search goes by the clock, so a slower machine may find less; what it finds is
/// checked by others.
///
/// Throws UsageError for a set of inputs or a head of another size, and an ε that is not positive.
std::optional<MemoryPair> find_memory(const Cell<double>& cell, const MemorySearchOptions& options);

}  // namespace unrecur

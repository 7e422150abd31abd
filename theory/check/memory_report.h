#pragma once

#include <functional>
#include <optional>

#include "theory/certificates/input_set.h"
#include "theory/check/rate_bound.h"
#include "theory/memory/memory_proof.h"

namespace unrecur {

/// Why no number of steps is proved to be needed.
enum class NoMemory {
  none,                ///< one is proved
  not_asked,           ///< no time was given to the search
  conjugate_states,    ///< distances between the states are not those of the file's own
  unknown_inputs,      ///< the file does not say how inputs enter
  unsupported_kind,    ///< the verifier runs no sequences through this kind of cell
  no_ball_arithmetic,  ///< this build proves nothing of this sort
  nothing_found,       ///< no two sequences were found that end more than 2ε apart
  not_proved,          ///< some were found, and the proof did not end in time
};

/// What was proved of how far back a layer remembers.
struct MemoryReport {
  ProvedMemory proved{};
  NoMemory missing = NoMemory::not_asked;
  double seconds = 0.0;  ///< wall time of search and proof

  bool for_ever() const { return proved.bistable.has_value(); }
  std::optional<Index> at_least() const { return proved.at_least(); }
};

/// The inputs under which a fixed point was found that states leave, or almost: m × c, for MemoryQuestion::likely.
Matrix<double> parting_inputs(const RateBounds& bounds, Index inputs);

struct MemoryQuestion {
  double epsilon = 1e-3;
  verify::Observed observed{};  ///< what the error is one of
  InputSet inputs = InputSet::anything();
  Matrix<double> likely{};        ///< as in MemorySearchOptions
  double seconds = 0.0;           ///< wall time; 0: nothing is looked for
  std::optional<Index> enough{};  ///< a context that is proved enough: no more steps are looked for
  bool drive_known = true;        ///< whether the cell's input weights are the file's own
  bool conjugate = false;
  std::function<bool()> stop{};
};

/// Asks prove_memory() where an answer says something of the file's own states, and says why there is none. An answer
/// above `enough` would contradict the proof behind that; it is looked for one step further, and no longer.
MemoryReport memory_of(const Cell<double>& cell, const MemoryQuestion& question);

}  // namespace unrecur

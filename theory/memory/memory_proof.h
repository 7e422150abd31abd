#pragma once

#include <functional>
#include <optional>

#include "models/layers/cell.h"
#include "theory/certificates/input_set.h"
#include "theory/verify/bistable.h"
#include "theory/verify/memory.h"
#include "theory/verify/observed.h"

namespace unrecur {

struct MemoryOptions {
  double epsilon = 1e-3;
  verify::Observed observed{};  ///< what the error is one of
  InputSet inputs = InputSet::anything();
  Matrix<double> likely{};       ///< as in MemorySearchOptions
  double seconds = 20.0;         ///< wall time of search and proof together, about
  Index longest = 4096;          ///< common steps beyond which no more are looked for
  std::function<bool()> stop{};  ///< asked now and then whether to leave; what was proved until then counts
};

/// How far back a layer is proved to remember.
struct ProvedMemory {
  std::optional<verify::Memory> witness{};     ///< more than 2ε apart after k common inputs
  std::optional<verify::Bistable> bistable{};  ///< or for ever: no k is enough
  Index found = 0;  ///< k as far as floating point sees it; the proof may not reach it in time

  /// k + 1 of the witness, or for ever: one more than was looked for. The truncation of order k or less is off by more
  /// than ε for some admissible sequence, and so is every other function of the last k inputs. Nothing where nothing
  /// was proved.
  std::optional<Index> at_least() const {
    if (bistable) return found + 1;
    return witness ? std::optional(static_cast<Index>(witness->steps) + 1) : std::nullopt;
  }
};

/// The largest k for which a pair of input sequences is found (find_memory) and proved (verify::verify_memory) within
/// the time, and where the pair stays apart as long as is looked for, whether it does so for ever (find_bistable).
/// Proofs are tried at k = 32 and then at about as many steps as there is time for; of a proof that does not end in
/// time the steps that it has made count. Results get larger with the time, but for the luck of the search.
///
/// Nothing is proved where no pair is found, this build has no ball arithmetic, or the verifier does not know the kind
/// of cell. docs/theory.md, section 18.
ProvedMemory prove_memory(const Cell<double>& cell, const MemoryOptions& options);

}  // namespace unrecur

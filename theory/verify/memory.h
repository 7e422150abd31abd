#pragma once

#include <functional>
#include <string>

#include "models/arrays/matrix.h"
#include "theory/verify/claim.h"
#include "theory/verify/observed.h"

namespace unrecur::verify {

/// What a memory witness says, in plain data: of two input sequences of `inputs` that end in the same k inputs, both
/// started at the zero state, what is observed of the states afterwards is more than `gap` apart in the Euclidean norm,
///
///     ‖C s(first, suffix) − C s(second, suffix)‖₂ > gap,    C the identity, or the output map that is asked about.
///
/// Whatever is computed from the last k inputs alone is the same for both, and so is off by more than gap/2 for one of
/// them. The same holds for every smaller k, since these sequences end in the same k inputs then too.
struct Memory {
  Matrix<double> first{},
      second{};             ///< the inputs before, m × p and m × q; no columns: started where the suffix starts
  Matrix<double> suffix{};  ///< m × c: the columns are gone through again and again, until k steps are made
  long long steps = 0;      ///< k
  double gap = 0.0;
  /// Bits that a step may cost the enclosure of a state: a guess that sets the working precision. A wrong one makes a
  /// proof slow or fail, never wrong.
  double bits_per_step = 0.0;
  Inputs inputs{};
  Observed observed{};
};

/// Runs both sequences in ball arithmetic whose precision falls from step to step, and trusts nothing but Arb and this
/// folder. Not proved where the balls become too wide, inputs are outside the set, or `stop` says that it is time.
/// Costs (p + q + 2k) steps of n² products, of 96 + bits_per_step · (steps left) bits. docs/theory.md, section 18.
Finding verify_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop = {});

/// What a proof says that was asked to end early.
struct FurthestMemory {
  long long steps = -1;  ///< the witness with so many steps is proved; −1: none is
  std::string reason{};  ///< why not the one with all
};

/// The same runs, of which those common steps count that were made before `stop` said that it is time: the most with
/// states more than `gap` apart, of every few ones. Proves the witness with `steps` made that, at the precision that
/// all of its steps would need.
FurthestMemory furthest_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);

/// Why no sequences are run through the layer here, whatever they are, or nothing is known of what is observed; empty
/// where they can be.
std::string memory_obstacle(const Layer& layer, const Observed& observed = {});

}  // namespace unrecur::verify

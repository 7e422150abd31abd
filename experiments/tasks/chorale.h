#pragma once

#include <cstdint>

#include "experiments/data/music.h"
#include "experiments/tasks/splits.h"

namespace unrecur {

struct ChoraleOptions {
  SplitSizes sizes{40, 10, 10};  ///< pieces
};

/// Random four-voice chorales in the form of the music sets, one step a quarter note.
///
/// A piece is in one of the 24 keys and has 5 to 10 phrases of 8 steps. In a phrase, chords of one or two steps follow
/// a Markov chain over the seven triads of the key; it ends with a cadence on the tonic (the last one always) or the
/// dominant. Each chord is set for soprano, alto, tenor and bass in their ranges so that the voices move little, do not
/// cross, and the third sounds; held chords may have passing notes. So the next step can be told from the last few,
/// never with certainty. Throws UsageError unless each split has a piece.
PieceSet make_chorales(const ChoraleOptions& options, std::uint64_t seed);

}  // namespace unrecur

#pragma once

#include <array>
#include <vector>

#include "experiments/support/random.h"

namespace unrecur {

/// A key: tonic as a pitch class (0 = C) and the semitones of its seven degrees, of the major or harmonic minor scale.
struct Key {
  int tonic = 0;
  std::array<int, 7> degrees{};

  /// Pitch class of a degree of any size; the degree of the octave is that of the tonic.
  int pitch_class(int degree) const { return (tonic + degrees[static_cast<std::size_t>(degree % 7)]) % 12; }
  bool contains(int pitch) const;
};

Key draw_key(RandomStream& random);

/// A triad on a degree (0 = tonic) that lasts some steps.
struct Chord {
  int degree = 0;
  int steps = 1;
};

inline constexpr int steps_per_phrase = 8;

/// The chords of a piece of so many phrases; their steps sum to steps_per_phrase · phrases.
std::vector<Chord> draw_progression(int phrases, RandomStream& random);

/// Pitches of bass, tenor, alto and soprano, strictly ascending.
using Voicing = std::array<int, 4>;

/// The setting of a triad that moves least from the one before it, up to a random preference of each voice for each
/// pitch. Root or third in the bass, the third in some voice, at most an octave between upper neighbours.
Voicing set_chord(const Key& key, int degree, const Voicing& before, RandomStream& random);

/// Where the voices rest before the first chord.
inline constexpr Voicing middle_of_ranges{48, 57, 64, 70};

}  // namespace unrecur

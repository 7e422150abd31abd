#include "experiments/tasks/chorale.h"

#include <cstdlib>
#include <string>

#include "experiments/tasks/harmony.h"

namespace unrecur {
namespace {

Step step_of(const Voicing& voicing) {
  return Step(voicing.begin(), voicing.end());
}

/// The last step of a held chord on the way to the next: an upper voice that is about to move by a third may take the
/// note of the scale between.
Voicing with_passing_notes(const Key& key, Voicing voicing, const Voicing& next, RandomStream& random) {
  for (std::size_t voice = 1; voice < 4; ++voice) {
    const bool wanted = random.bernoulli(0.4);
    const int move = next[voice] - voicing[voice];
    if (!wanted || std::abs(move) < 3 || std::abs(move) > 4) continue;
    const int direction = move > 0 ? 1 : -1;
    int between = voicing[voice] + direction;
    while (between != next[voice] && !key.contains(between)) between += direction;
    const bool above = between > voicing[voice - 1];
    const bool below = voice == 3 || between < voicing[voice + 1];
    if (between != next[voice] && above && below) voicing[voice] = between;
  }
  return voicing;
}

Piece make_piece(RandomStream& random) {
  const Key key = draw_key(random);
  const int phrases = 5 + static_cast<int>(random.below(6));
  const std::vector<Chord> chords = draw_progression(phrases, random);
  std::vector<Voicing> voicings;
  for (const Chord& chord : chords) {
    voicings.push_back(set_chord(key, chord.degree, voicings.empty() ? middle_of_ranges : voicings.back(), random));
  }
  Piece piece;
  for (std::size_t i = 0; i < chords.size(); ++i) {
    piece.push_back(step_of(voicings[i]));
    if (chords[i].steps < 2) continue;
    const bool last = i + 1 == chords.size();
    piece.push_back(step_of(last ? voicings[i] : with_passing_notes(key, voicings[i], voicings[i + 1], random)));
  }
  return piece;
}

std::vector<Piece> make_pieces(Index count, const char* split, std::uint64_t seed) {
  require_option(count > 0, "chorale", "each split needs a piece");
  std::vector<Piece> pieces;
  for (Index i = 0; i < count; ++i) {
    RandomStream random(seed, std::string("chorale/") + split, static_cast<std::uint64_t>(i));
    pieces.push_back(make_piece(random));
  }
  return pieces;
}

}  // namespace

PieceSet make_chorales(const ChoraleOptions& options, std::uint64_t seed) {
  return {make_pieces(options.sizes.train, "train", seed), make_pieces(options.sizes.valid, "valid", seed),
          make_pieces(options.sizes.test, "test", seed)};
}

}  // namespace unrecur

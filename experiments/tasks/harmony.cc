#include "experiments/tasks/harmony.h"

#include <cstdlib>
#include <limits>

namespace unrecur {
namespace {

struct Range {
  int low, high;
};
constexpr std::array<Range, 4> ranges{{{40, 60}, {48, 67}, {55, 74}, {60, 81}}};

/// Weights of the chord after each chord, I to VII, as in tonal practice: towards the dominant by way of II and IV,
/// from it to I or VI.
const std::vector<std::vector<double>> following = {
    {0, 2, 1, 4, 4, 3, 0.5}, {0, 0, 0, 1, 6, 0, 1}, {0, 0, 0, 3, 0, 4, 0}, {3, 2, 0, 0, 4, 0, 0.5},
    {6, 0, 0, 0.5, 0, 2, 0}, {0, 3, 1, 3, 2, 0, 0}, {6, 0, 0, 0, 0, 1, 0}};

constexpr int tonic = 0;
constexpr int dominant = 4;

void append_phrase(std::vector<Chord>& chords, bool last, RandomStream& random) {
  constexpr int cadence = 4;
  for (int left = steps_per_phrase - cadence; left > 0; left -= chords.back().steps) {
    const std::size_t before = chords.empty() ? dominant : static_cast<std::size_t>(chords.back().degree);
    const int degree = static_cast<int>(random.pick(following[before]));
    chords.push_back({degree, left >= 2 && random.bernoulli(0.35) ? 2 : 1});
  }
  const int approach = random.bernoulli(0.5) ? 1 : 3;  // II or IV
  if (last || random.bernoulli(0.7)) {
    chords.insert(chords.end(), {{approach, 1}, {dominant, 1}, {tonic, 2}});
  } else {
    chords.insert(chords.end(), {{tonic, 1}, {approach, 1}, {dominant, 2}});
  }
}

/// How little a voice likes each of its pitches: distance from where it is, and a random part.
class Preferences {
 public:
  Preferences(const Voicing& before, RandomStream& random) {
    for (std::size_t voice = 0; voice < 4; ++voice) {
      const double spread = voice == 3 ? 5.0 : 2.0;  // the soprano has the tune
      for (int pitch = ranges[voice].low; pitch <= ranges[voice].high; ++pitch) {
        cost_[voice][static_cast<std::size_t>(pitch)] = std::abs(pitch - before[voice]) + spread * random.uniform();
      }
    }
  }
  double cost(std::size_t voice, int pitch) const { return cost_[voice][static_cast<std::size_t>(pitch)]; }

 private:
  std::array<std::array<double, 128>, 4> cost_{};
};

std::vector<int> pitches_of(const Key& key, int degree, Range range) {
  std::vector<int> pitches;
  for (int pitch = range.low; pitch <= range.high; ++pitch) {
    for (const int tone : {0, 2, 4}) {
      if (pitch % 12 == key.pitch_class(degree + tone)) pitches.push_back(pitch);
    }
  }
  return pitches;
}

bool is_allowed(const Voicing& v, int root, int third) {
  if (v[0] % 12 != root && v[0] % 12 != third) return false;
  if (v[0] >= v[1] || v[1] >= v[2] || v[2] >= v[3] || v[2] - v[1] > 12 || v[3] - v[2] > 12) return false;
  return v[0] % 12 == third || v[1] % 12 == third || v[2] % 12 == third || v[3] % 12 == third;
}

}  // namespace

bool Key::contains(int pitch) const {
  for (int degree = 0; degree < 7; ++degree) {
    if (pitch % 12 == pitch_class(degree)) return true;
  }
  return false;
}

Key draw_key(RandomStream& random) {
  constexpr std::array<int, 7> major{0, 2, 4, 5, 7, 9, 11};
  constexpr std::array<int, 7> minor{0, 2, 3, 5, 7, 8, 11};
  const int tonic_class = static_cast<int>(random.below(12));
  return {tonic_class, random.bernoulli(0.5) ? major : minor};
}

std::vector<Chord> draw_progression(int phrases, RandomStream& random) {
  std::vector<Chord> chords;
  for (int i = 0; i < phrases; ++i) append_phrase(chords, i + 1 == phrases, random);
  return chords;
}

Voicing set_chord(const Key& key, int degree, const Voicing& before, RandomStream& random) {
  constexpr double inversion_cost = 6.0;
  const Preferences preferences(before, random);
  const int root = key.pitch_class(degree);
  const int third = key.pitch_class(degree + 2);
  std::array<std::vector<int>, 4> pitches;
  for (std::size_t voice = 0; voice < 4; ++voice) pitches[voice] = pitches_of(key, degree, ranges[voice]);
  Voicing best = before;
  double least = std::numeric_limits<double>::infinity();
  for (const int bass : pitches[0]) {
    const double bass_cost = preferences.cost(0, bass) + (bass % 12 == root ? 0.0 : inversion_cost);
    for (const int tenor : pitches[1]) {
      for (const int alto : pitches[2]) {
        for (const int soprano : pitches[3]) {
          const Voicing v{bass, tenor, alto, soprano};
          if (!is_allowed(v, root, third)) continue;
          const double cost =
              bass_cost + preferences.cost(1, tenor) + preferences.cost(2, alto) + preferences.cost(3, soprano);
          if (cost < least) {
            least = cost;
            best = v;
          }
        }
      }
    }
  }
  return best;
}

}  // namespace unrecur

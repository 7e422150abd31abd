#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

class DataSource;

inline constexpr int lowest_pitch = 21;  ///< MIDI number of the piano's lowest key
inline constexpr int highest_pitch = 108;
inline constexpr Index piano_keys = 88;

/// The MIDI pitches that sound in a time step, ascending; empty: silence.
using Step = std::vector<std::uint8_t>;
/// The time steps of a piece.
using Piece = std::vector<Step>;

struct PieceSet {
  std::vector<Piece> train, valid, test;
};

struct PieceCounts {
  std::int64_t pieces = 0, steps = 0, notes = 0;
  bool operator==(const PieceCounts&) const = default;
};

PieceCounts count(const std::vector<Piece>& pieces);

/// Parses {"train": [piece, …], "valid": […], "test": […]}, where a piece is a list of steps and a step is the
/// ascending list of the pitches that sound, 21 to 108. Throws FileError with split, piece and step (counted from 0)
/// for anything else, and for a split without pieces or a piece without steps. `file` is the name in messages. Cost:
/// MuseData, 4.9 MB, in about 0.1 s.
PieceSet parse_pieces(std::string_view text, const std::string& file);

/// The same as text, one piece a line: what parse_pieces reads and the files of the public sets have.
std::string format_pieces(const PieceSet& pieces);

struct MusicOptions {
  bool allow_other_counts = false;  ///< take a file whose numbers of pieces, steps and notes are not the published ones
};

/// One of the four sets in the splits of Boulanger-Lewandowski, Bengio and Vincent (2012): jsb, nottingham, piano-midi
/// or musedata, or an alias of the catalogue. Throws UsageError for another name; FileError as DataSource::find and
/// parse_pieces do, and where a count differs from the published one.
PieceSet read_music(std::string_view name, const DataSource& data, const MusicOptions& options = {});

/// Path of the set's file below the folder of data sets. Throws UsageError for a name that is not one of the four.
std::string music_file(std::string_view name);

/// jsb, nottingham, piano-midi, musedata.
std::vector<std::string> music_names();

/// Piano roll of the steps [begin, end) of a piece: element (k, t) is 1 where pitch 21 + k sounds in step begin + t,
/// else 0; 88 × (end − begin).
template <class S>
Matrix<S> piano_roll(const Piece& piece, Index begin, Index end);

}  // namespace unrecur

#include "experiments/data/music.h"

#include <algorithm>
#include <array>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/data/catalogue.h"
#include "experiments/data/published.h"
#include "experiments/data/source.h"

namespace unrecur {
namespace {

struct PublishedMusic {
  std::string_view name;
  PieceCounts train, valid, test;
};

// Of the files by Boulanger-Lewandowski, Bengio and Vincent as the TCN experiments distribute them.
constexpr std::array<PublishedMusic, 4> kPublishedMusic{{
    {"jsb", {229, 13807, 53824}, {76, 4602, 17811}, {77, 4725, 18367}},
    {"nottingham", {694, 176561, 699403}, {173, 45513, 180192}, {170, 44463, 177421}},
    {"piano-midi", {87, 75911, 231089}, {12, 8540, 27623}, {25, 19036, 56067}},
    {"musedata", {524, 245202, 856543}, {135, 82755, 287893}, {124, 64339, 211857}},
}};

// The largest set has 5 MB; room for longer ones of the user's own.
constexpr ReadLimits limits{.file = std::uint64_t{1} << 28, .inflated = std::uint64_t{1} << 28};

const PublishedMusic& published_music(std::string_view name) {
  const DataSet& set = find_set(name);
  const auto found =
      std::find_if(kPublishedMusic.begin(), kPublishedMusic.end(), [&](const auto& s) { return s.name == set.name; });
  if (found == kPublishedMusic.end())
    throw UsageError("the data set " + std::string(set.name) + " is not one of piano rolls");
  return *found;
}

void require_published_counts(const PieceSet& pieces, const PublishedMusic& set, const std::string& file) {
  const PieceCounts train = count(pieces.train);
  const PieceCounts valid = count(pieces.valid);
  const PieceCounts test = count(pieces.test);
  const std::array<PublishedCount, 9> counts{{{"train pieces", set.train.pieces, train.pieces},
                                              {"train steps", set.train.steps, train.steps},
                                              {"train notes", set.train.notes, train.notes},
                                              {"valid pieces", set.valid.pieces, valid.pieces},
                                              {"valid steps", set.valid.steps, valid.steps},
                                              {"valid notes", set.valid.notes, valid.notes},
                                              {"test pieces", set.test.pieces, test.pieces},
                                              {"test steps", set.test.steps, test.steps},
                                              {"test notes", set.test.notes, test.notes}}};
  require_published(file, counts);
}

void append(std::string& text, const Piece& piece) {
  text += '[';
  for (std::size_t t = 0; t < piece.size(); ++t) {
    text += t == 0 ? "[" : ",[";
    for (std::size_t i = 0; i < piece[t].size(); ++i) text += (i == 0 ? "" : ",") + std::to_string(piece[t][i]);
    text += ']';
  }
  text += ']';
}

void append(std::string& text, const char* name, const std::vector<Piece>& pieces) {
  text += std::string("\"") + name + "\":[\n";
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    append(text, pieces[i]);
    text += i + 1 < pieces.size() ? ",\n" : "\n";
  }
  text += ']';
}

}  // namespace

PieceCounts count(const std::vector<Piece>& pieces) {
  PieceCounts counts{.pieces = static_cast<std::int64_t>(pieces.size())};
  for (const Piece& piece : pieces) {
    counts.steps += static_cast<std::int64_t>(piece.size());
    for (const Step& step : piece) counts.notes += static_cast<std::int64_t>(step.size());
  }
  return counts;
}

std::string format_pieces(const PieceSet& pieces) {
  std::string text = "{\n";
  append(text, "train", pieces.train);
  text += ",\n";
  append(text, "valid", pieces.valid);
  text += ",\n";
  append(text, "test", pieces.test);
  return text + "\n}\n";
}

PieceSet read_music(std::string_view name, const DataSource& data, const MusicOptions& options) {
  const PublishedMusic& set = published_music(name);
  const std::filesystem::path path = data.find(music_file(name));
  PieceSet pieces = parse_pieces(as_text(read_unpacked(path, limits)), path.string());
  if (!options.allow_other_counts) require_published_counts(pieces, set, path.string());
  return pieces;
}

std::string music_file(std::string_view name) {
  return std::string(find_set(published_music(name).name).files.front().path);
}

std::vector<std::string> music_names() {
  std::vector<std::string> names;
  for (const PublishedMusic& set : kPublishedMusic) names.emplace_back(set.name);
  return names;
}

template <class S>
Matrix<S> piano_roll(const Piece& piece, Index begin, Index end) {
  if (begin < 0 || end < begin || end > static_cast<Index>(piece.size())) {
    throw UsageError("piano roll: steps outside the piece");
  }
  Matrix<S> frames = Matrix<S>::Zero(piano_keys, end - begin);
  for (Index t = begin; t < end; ++t) {
    for (const std::uint8_t pitch : piece[static_cast<std::size_t>(t)]) {
      if (pitch < lowest_pitch || pitch > highest_pitch) throw UsageError("piano roll: a pitch outside 21 to 108");
      frames(pitch - lowest_pitch, t - begin) = S(1);
    }
  }
  return frames;
}

template Matrix<float> piano_roll(const Piece&, Index, Index);
template Matrix<double> piano_roll(const Piece&, Index, Index);

}  // namespace unrecur

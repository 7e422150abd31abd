#include "experiments/data/music.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/sha256.h"
#include "experiments/data/catalogue.h"
#include "experiments/data/source.h"
#include "tests/support/file_errors.h"
#include "tests/support/gzip.h"
#include "tests/support/real_data.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using testing::expect_file_error;
using testing::TemporaryFolder;

const std::string small = R"({"train":[[[60,64],[],[21,108]]],"valid":[[[60]]],"test":[[[61]],[[62],[63]]]})";

TEST(Music, Parses) {
  const PieceSet set = parse_pieces(small, "m.json");
  EXPECT_EQ(set.train, (std::vector<Piece>{{{60, 64}, {}, {21, 108}}}));
  EXPECT_EQ(set.test.size(), 2U);
  EXPECT_EQ(count(set.train), (PieceCounts{1, 3, 4}));
  EXPECT_EQ(parse_pieces(format_pieces(set), "m.json").test, set.test);
}

TEST(Music, PianoRoll) {
  const Piece piece{{60, 64}, {}, {21, 108}};
  const Matrix<double> roll = piano_roll<double>(piece, 0, 3);
  EXPECT_EQ(roll.rows(), 88);
  EXPECT_EQ(roll.sum(), 4.0);
  EXPECT_EQ(roll(60 - 21, 0), 1.0);
  EXPECT_EQ(roll(64 - 21, 0), 1.0);
  EXPECT_EQ(roll(0, 2), 1.0);
  EXPECT_EQ(roll(87, 2), 1.0);
  EXPECT_EQ(piano_roll<float>(piece, 1, 3), roll.rightCols(2).cast<float>());
  EXPECT_THROW(piano_roll<float>(piece, 0, 4), UsageError);
  EXPECT_THROW(piano_roll<float>(piece, 2, 1), UsageError);
  EXPECT_THROW(piano_roll<float>({{109}}, 0, 1), UsageError);
}

/// The small file with its train split replaced.
std::string with_train(const std::string& train) {
  return R"({"train":)" + train + R"(,"valid":[[[60]]],"test":[[[61]]]})";
}

TEST(Music, RefusesMalformedFiles) {
  const std::vector<std::pair<std::string, const char*>> corpus = {
      {"", "expected JSON"},
      {"\xef\xbb", "expected JSON"},
      {"train", "expected JSON"},
      {small + "x", "expected JSON"},
      {small + small, "expected JSON"},
      {"[]", "expected an object with the keys train, valid and test, found a list"},
      {"3", "expected an object with the keys"},
      {"null", "found null"},
      {"{}", "found no train"},
      {R"({"train":[[[60]]],"test":[[[60]]]})", "found no valid"},
      {R"({"train":[[[60]]],"valid":[[[60]]]})", "found no test"},
      {R"({"train":[[[60]]],"dev":[[[60]]]})", "found 'dev'"},
      {R"({"train":[[[60]]],"train":[[[60]]]})", "train: expected each key once"},
      {with_train("{}"), "train: expected a list of pieces, found an object"},
      {with_train("\"jsb\""), "expected a list of pieces, found a string"},
      {with_train("7"), "expected a list of pieces, found a number"},
      {with_train("[]"), "train: expected at least one piece"},
      {with_train("[60]"), "expected a piece, a list of steps, found a number"},
      {with_train("[null]"), "expected a piece, a list of steps, found null"},
      {with_train("[[[60]],[]]"), "train, piece 1: expected at least one step"},
      {with_train("[[60]]"), "piece 0: expected a step, a list of pitches, found a number"},
      {with_train("[[[60],{}]]"), "expected a step, a list of pitches, found an object"},
      {with_train("[[[60],[[60]]]]"), "piece 0, step 1: expected a MIDI pitch from 21 to 108, found a list"},
      {with_train("[[[\"60\"]]]"), "step 0: expected a MIDI pitch from 21 to 108, found a string"},
      {with_train("[[[true]]]"), "found true or false"},
      {with_train("[[[-1]]]"), "found -1"},
      {with_train("[[[60.5]]]"), "found 60.5"},
      {with_train("[[[6e1]]]"), "found 6e1"},
      {with_train("[[[20]]]"), "from 21 to 108, found 20"},
      {with_train("[[[109]]]"), "from 21 to 108, found 109"},
      {with_train("[[[316]]]"), "found 316"},
      {with_train("[[[18446744073709551616]]]"), "found 18446744073709551616"},
      {with_train("[[[64,60]]]"), "expected ascending pitches, found 60 after 64"},
      {with_train("[[[60,60]]]"), "expected ascending pitches, found 60 after 60"},
      {with_train("[[[NaN]]]"), "expected JSON"},
      {with_train("[[[060]]]"), "found 0"},
      {with_train("[[[60,]]]"), "expected JSON"},
      {with_train("[[[60] [61]]]"), "expected JSON"},
      {with_train(std::string(200000, '[')), "expected a MIDI pitch"},
      {"{\"\\ud800\":[]}", "expected JSON"},
  };
  for (const auto& [file, fragment] : corpus) {
    SCOPED_TRACE(file.substr(0, 60));
    expect_file_error([&, &content = file] { parse_pieces(content, "m.json"); }, "m.json", fragment);
  }
}

TEST(Music, RefusesEveryTruncation) {
  for (std::size_t size = 0; size < small.size(); ++size) {
    EXPECT_THROW(parse_pieces(std::string_view(small).substr(0, size), "m.json"), FileError) << size;
  }
}

TEST(Music, KnowsItsSets) {
  EXPECT_EQ(music_names(), (std::vector<std::string>{"jsb", "nottingham", "piano-midi", "musedata"}));
  EXPECT_EQ(music_file("jsb-chorales"), "music/jsb-chorales.json");
  EXPECT_THROW(read_music("bach", DataSource()), UsageError);
  EXPECT_THROW(read_music("atis", DataSource()), UsageError);
  EXPECT_THROW(read_music("jsb", DataSource()), FileError);
}

TEST(Music, ComparesThePublishedCounts) {
  const TemporaryFolder folder;
  const DataSource data(folder.path());
  folder.write("music/jsb-chorales.json", small);
  expect_file_error([&] { read_music("jsb", data); }, "jsb-chorales.json", "229 train pieces expected, 1 found");
  EXPECT_EQ(read_music("jsb", data, {.allow_other_counts = true}).test.size(), 2U);
  folder.write("music/nottingham.json.gz", testing::gzip(small));
  EXPECT_EQ(read_music("nottingham", data, {.allow_other_counts = true}).test.size(), 2U);
}

class RealMusic : public ::testing::TestWithParam<const char*> {};

TEST_P(RealMusic, HasThePublishedCountsPackedAndPlain) {
  const auto folder = testing::real_data();
  if (!folder) GTEST_SKIP() << testing::no_real_data;
  const DataSource data(*folder);
  if (!data.search(music_file(GetParam()))) GTEST_SKIP() << "the set is not there";
  const PieceSet pieces = read_music(GetParam(), data);

  // Written out it is the file, byte for byte, and read from the plain file it is the same.
  const std::string text = format_pieces(pieces);
  EXPECT_EQ(sha256(as_bytes(text)), find_set(GetParam()).files.front().sha256);
  const TemporaryFolder plain;
  plain.write(music_file(GetParam()), text);
  EXPECT_EQ(read_music(GetParam(), DataSource(plain.path())).train, pieces.train);

  // One note less is noticed.
  PieceSet damaged = pieces;
  damaged.valid[3][1].pop_back();
  plain.write(music_file(GetParam()), format_pieces(damaged));
  expect_file_error([&] { read_music(GetParam(), DataSource(plain.path())); }, ".json", "valid notes expected");
}

INSTANTIATE_TEST_SUITE_P(Sets, RealMusic, ::testing::Values("jsb", "nottingham", "piano-midi", "musedata"),
                         [](const auto& i) { return i.param == std::string("piano-midi") ? "piano" : i.param; });

}  // namespace
}  // namespace unrecur

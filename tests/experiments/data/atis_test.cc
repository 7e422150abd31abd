#include "experiments/data/atis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/data/chunks.h"
#include "experiments/data/source.h"
#include "tests/support/real_data.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

TEST(ParseAtis, DropsBosEosAndTheIntent) {
  const auto utterances = parse_atis(
      "BOS flights to san diego EOS\tO O O B-to I-to atis_flight\n"
      "BOS  hi EOS\t O  O atis#b\n",
      "t");
  ASSERT_EQ(utterances.size(), 2U);
  EXPECT_EQ(utterances[0], (TaggedUtterance{{"flights", "to", "san", "diego"}, {"O", "O", "B-to", "I-to"}}));
  EXPECT_EQ(utterances[1], (TaggedUtterance{{"hi"}, {"O"}}));
}

TEST(ParseAtis, CarriageReturnsAndAMissingLastNewlineChangeNothing) {
  const TaggedUtterance expected{{"hi"}, {"O"}};
  EXPECT_EQ(parse_atis("BOS hi EOS\tO O x\r\n", "t"), std::vector{expected});
  EXPECT_EQ(parse_atis("BOS hi EOS\tO O x", "t"), std::vector{expected});
}

TEST(ParseAtis, BytesThatAreNoUtf8PassAsTheyAre) {
  EXPECT_EQ(parse_atis("BOS \xff\xc3 EOS\tO B-\xfe x\n", "t"),
            (std::vector<TaggedUtterance>{{{"\xff\xc3"}, {"B-\xfe"}}}));
}

struct Malformed {
  const char* what;
  std::string text;
  const char* message;
};

void PrintTo(const Malformed& m, std::ostream* out) {
  *out << m.what;
}

class MalformedAtis : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedAtis, IsRefusedWithItsLine) {
  const std::string good = "BOS hi EOS\tO O x\n";
  try {
    parse_atis(good + GetParam().text + "\n" + good, "some.iob");
    FAIL() << "accepted";
  } catch (const FileError& error) {
    EXPECT_EQ(error.problem().file, "some.iob");
    EXPECT_EQ(error.problem().place, "line 2");
    EXPECT_NE(error.problem().expected.find(GetParam().message), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Lines, MalformedAtis,
    ::testing::Values(Malformed{"no TAB", "BOS hi EOS O O x", "no TAB found"},
                      Malformed{"two TABs", "BOS hi EOS\tO O x\t", "one TAB expected"},
                      Malformed{"blank line", "", "no TAB found"}, Malformed{"only a TAB", "\t", "from BOS to EOS"},
                      Malformed{"no BOS", "hi EOS\tO x", "from BOS to EOS"},
                      Malformed{"no EOS", "BOS hi\tO O", "from BOS to EOS"},
                      Malformed{"only BOS", "BOS\tO", "from BOS to EOS"},
                      Malformed{"no words", "BOS EOS\tO x", "at least one word"},
                      Malformed{"a label too few", "BOS hi you EOS\tO O x", "4 labels expected, as many as words, 3"},
                      Malformed{"a label too many", "BOS hi EOS\tO O O x", "3 labels expected, as many as words, 4"},
                      Malformed{"no labels", "BOS hi EOS\t", "3 labels expected, as many as words, 0"},
                      Malformed{"BOS has a slot", "BOS hi EOS\tB-x O x", "the label O expected for BOS, 'B-x' found"},
                      Malformed{"another scheme", "BOS hi EOS\tO E-x x", "'E-x' found"},
                      Malformed{"no type", "BOS hi EOS\tO B- x", "'B-' found"},
                      Malformed{"NUL", std::string("BOS h\0 EOS\tO O x", 16), "a NUL byte found"}));

TEST(ParseAtis, EveryTruncationIsReadOrRefused) {
  const std::string text = "BOS flights to san diego EOS\tO O O B-to I-to atis_flight\nBOS hi EOS\tO O x\n";
  for (std::size_t length = 0; length < text.size(); ++length) {
    try {
      for (const auto& utterance : parse_atis(text.substr(0, length), "t")) {
        EXPECT_EQ(utterance.words.size(), utterance.labels.size());
      }
    } catch (const FileError&) {
    }
  }
  EXPECT_THROW(parse_atis("", "t"), FileError);
}

TEST(MaskDigits, EachDigitBecomesAWord) {
  EXPECT_EQ(mask_digits("1115"), "DIGITDIGITDIGITDIGIT");
  EXPECT_EQ(mask_digits("b7x"), "bDIGITx");
  EXPECT_EQ(mask_digits("boston"), "boston");
  EXPECT_EQ(mask_digits(""), "");
}

TEST(CountAtis, CountsAsThePublication) {
  const auto utterances = parse_atis("BOS a b a c EOS\tO B-x I-x O B-y i\nBOS d EOS\tO I-y i\n", "t");
  const AtisCounts counts = count_atis(utterances);
  EXPECT_EQ(counts.utterances, 2);
  EXPECT_EQ(counts.words, 5);
  EXPECT_EQ(counts.word_types, 4);
  EXPECT_EQ(counts.labels, 5);
  EXPECT_EQ(counts.tagged, 4);
  EXPECT_EQ(counts.chunks, 2);
  EXPECT_EQ(counts.slots, 2);
}

TEST(ReadAtis, OtherCountsAreRefusedByName) {
  const testing::TemporaryFolder folder;
  folder.write("atis/atis.train.w-intent.iob", "BOS hi EOS\tO O x\n");
  folder.write("atis/atis.test.w-intent.iob", "BOS hi EOS\tO B-x x\n");
  try {
    read_atis(DataSource(folder.path()));
    FAIL() << "accepted";
  } catch (const FileError& error) {
    EXPECT_EQ(error.problem().place, "counts");
    EXPECT_NE(error.problem().expected.find("4978 utterances expected, 1 found; 56200 words expected, 1 found"),
              std::string::npos)
        << error.what();
  }
  const Atis read = read_atis(DataSource(folder.path()), {.allow_other_counts = true});
  EXPECT_EQ(read.train.size(), 1U);
  EXPECT_EQ(read.test.front().labels.front(), "B-x");
}

/// The published files; reading checks their counts.
class PublishedAtis : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto data = testing::real_data();
    if (!data) GTEST_SKIP() << testing::no_real_data;
    atis_ = read_atis(DataSource(*data));
    folder_ = *data / "atis";
  }
  std::vector<TaggedUtterance> part(const char* name) const {
    const auto path = folder_ / name;
    return parse_atis(as_text(read_unpacked(path)), path.string());
  }

  Atis atis_;
  std::filesystem::path folder_;
};

TEST_F(PublishedAtis, TrainAndTestTogether) {
  std::vector<TaggedUtterance> all = atis_.train;
  all.insert(all.end(), atis_.test.begin(), atis_.test.end());
  const AtisCounts counts = count_atis(all);
  EXPECT_EQ(counts.utterances, 4978 + 893);
  EXPECT_EQ(counts.labels, 127);
  EXPECT_EQ(counts.word_types, 950);
}

TEST_F(PublishedAtis, TheAlternativeSplitHoldsTheSameUtterances) {
  auto parts = part("atis-2.train.w-intent.iob");
  const auto dev = part("atis-2.dev.w-intent.iob");
  EXPECT_EQ(count_atis(parts).chunks, 14851);
  EXPECT_EQ(count_atis(dev).chunks, 1709);
  parts.insert(parts.end(), dev.begin(), dev.end());
  const auto sorted = [](std::vector<TaggedUtterance> utterances) {
    std::ranges::sort(utterances, {}, [](const auto& u) { return std::tie(u.words, u.labels); });
    return utterances;
  };
  EXPECT_EQ(sorted(std::move(parts)), sorted(atis_.train));
}

TEST_F(PublishedAtis, ChunksAsTheScoreFindsThem) {
  std::set<std::string> names;
  for (const auto& utterance : atis_.train) names.insert(utterance.labels.begin(), utterance.labels.end());
  const ChunkLabels labels(std::vector<std::string>(names.begin(), names.end()));
  ChunkScore score(labels);
  for (const auto& utterance : atis_.train) {
    std::vector<int> numbers;
    for (const auto& label : utterance.labels) {
      numbers.push_back(static_cast<int>(std::distance(names.begin(), names.find(label))));
    }
    score.add(numbers, numbers);
  }
  EXPECT_GE(score.all().actual, 16560);  // I-x without B-x opens chunks that have no B-x
  EXPECT_EQ(score.all().correct, score.all().actual);
  EXPECT_EQ(score.all().f1(), 100.0);
}

}  // namespace
}  // namespace unrecur

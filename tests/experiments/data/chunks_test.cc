#include "experiments/data/chunks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/errors.h"
#include "experiments/measures/likelihood.h"

namespace unrecur {
namespace {

const ChunkLabels& labels() {
  static const ChunkLabels all({"O", "B-from", "I-from", "B-to", "I-to", "B-time", "I-time"});
  return all;
}

std::vector<int> numbers(std::initializer_list<const char*> names) {
  std::vector<int> result;
  for (const std::string name : names) {
    const auto& all = labels().names();
    result.push_back(static_cast<int>(std::find(all.begin(), all.end(), name) - all.begin()));
  }
  return result;
}

constexpr int kFrom = 0, kTo = 1, kTime = 2;

std::vector<Chunk> chunks(std::initializer_list<const char*> names) {
  return chunks_of(numbers(names), labels());
}

void expect_counts(const ChunkCounts& counts, std::int64_t correct, std::int64_t predicted, std::int64_t actual) {
  EXPECT_EQ(counts.correct, correct);
  EXPECT_EQ(counts.predicted, predicted);
  EXPECT_EQ(counts.actual, actual);
}

TEST(Chunks, LabelsKnowTheirTypes) {
  EXPECT_EQ(labels().types(), (std::vector<std::string>{"from", "to", "time"}));
  EXPECT_EQ(labels().tag(0).position, 'O');
  EXPECT_EQ(labels().tag(4).position, 'I');
  EXPECT_EQ(labels().tag(4).type, kTo);
  EXPECT_THROW(labels().tag(7), UsageError);
  EXPECT_THROW(labels().tag(-1), UsageError);
}

TEST(Chunks, OtherFormsOfLabelAreRefused) {
  for (const char* wrong : {"", "B", "B-", "I-", "E-from", "b-from", "o", "OO", "Bfrom"}) {
    EXPECT_FALSE(is_iob_label(wrong)) << wrong;
    EXPECT_THROW(ChunkLabels({"O", wrong}), UsageError) << wrong;
  }
  for (const char* right : {"O", "B-x", "I-x", "B-a-b", "I--"}) EXPECT_TRUE(is_iob_label(right)) << right;
}

TEST(Chunks, NoneWhereEverythingIsOutside) {
  EXPECT_TRUE(chunks({}).empty());
  EXPECT_TRUE(chunks({"O", "O", "O"}).empty());
}

TEST(Chunks, AdjacentChunksOfOneTypeAreTwo) {
  EXPECT_EQ(chunks({"B-from", "B-from"}), (std::vector<Chunk>{{0, 1, kFrom}, {1, 2, kFrom}}));
  EXPECT_EQ(chunks({"B-from", "I-from", "B-from", "I-from"}), (std::vector<Chunk>{{0, 2, kFrom}, {2, 4, kFrom}}));
}

TEST(Chunks, InsideWithoutBeginOpensAChunk) {
  EXPECT_EQ(chunks({"I-from", "I-from", "O"}), (std::vector<Chunk>{{0, 2, kFrom}}));
  EXPECT_EQ(chunks({"B-from", "O", "I-from"}), (std::vector<Chunk>{{0, 1, kFrom}, {2, 3, kFrom}}));
}

TEST(Chunks, AChangeOfTypeEndsTheChunk) {
  EXPECT_EQ(chunks({"B-from", "I-to"}), (std::vector<Chunk>{{0, 1, kFrom}, {1, 2, kTo}}));
  EXPECT_EQ(chunks({"B-from", "I-to", "I-from"}), (std::vector<Chunk>{{0, 1, kFrom}, {1, 2, kTo}, {2, 3, kFrom}}));
  EXPECT_EQ(chunks({"I-to", "B-to", "I-to", "B-time"}), (std::vector<Chunk>{{0, 1, kTo}, {1, 3, kTo}, {3, 4, kTime}}));
}

TEST(Chunks, AChunkAtTheEndIsClosed) {
  EXPECT_EQ(chunks({"O", "B-to", "I-to"}), (std::vector<Chunk>{{1, 3, kTo}}));
}

TEST(ChunkScore, CorrectOnlyWhereBeginEndAndTypeAgree) {
  const auto correct = [](std::initializer_list<const char*> predicted, std::initializer_list<const char*> actual) {
    ChunkScore score(labels());
    score.add(numbers(predicted), numbers(actual));
    return score.all().correct;
  };
  EXPECT_EQ(correct({"B-to", "I-to", "O"}, {"B-to", "I-to", "O"}), 1);
  EXPECT_EQ(correct({"I-to", "I-to", "O"}, {"B-to", "I-to", "O"}), 1);      // the same chunk by other labels
  EXPECT_EQ(correct({"O", "B-to", "O"}, {"B-to", "I-to", "O"}), 0);         // begin
  EXPECT_EQ(correct({"B-to", "O", "O"}, {"B-to", "I-to", "O"}), 0);         // end
  EXPECT_EQ(correct({"B-to", "I-to", "I-to"}, {"B-to", "I-to", "O"}), 0);   // end, at the end of the sequence
  EXPECT_EQ(correct({"B-from", "I-from", "O"}, {"B-to", "I-to", "O"}), 0);  // type
  EXPECT_EQ(correct({"B-to", "B-to", "O"}, {"B-to", "I-to", "O"}), 0);      // two chunks for one
}

// Counted by hand:                                     actual chunks               predicted chunks            correct
//   1  from: 4-5, to: 6-8, time: 9                     from 4-5, to 6-8, time 9    from 4-5, to 6-7, time 9    2
//   2  nothing                                         -                           time 1                      0
//   3  from: 0, from: 1-2                              from 0, from 1-2            from 0-2                    0
//   4  to: 0-1                                         to 0-1                      to 0-1                      1
TEST(ChunkScore, CountsOfUtterancesWorkedOutByHand) {
  ChunkScore score(labels());
  score.add(numbers({"O", "O", "O", "O", "B-from", "I-from", "B-to", "I-to", "O", "B-time"}),
            numbers({"O", "O", "O", "O", "B-from", "I-from", "B-to", "I-to", "I-to", "B-time"}));
  score.add(numbers({"O", "B-time"}), numbers({"O", "O"}));
  score.add(numbers({"B-from", "I-from", "I-from"}), numbers({"B-from", "B-from", "I-from"}));
  score.add(numbers({"I-to", "I-to"}), numbers({"B-to", "I-to"}));
  expect_counts(score.all(), 3, 6, 6);
  expect_counts(score.by_type()[kFrom], 1, 2, 3);
  expect_counts(score.by_type()[kTo], 1, 2, 2);
  expect_counts(score.by_type()[kTime], 1, 2, 1);
  EXPECT_DOUBLE_EQ(score.all().precision(), 50.0);
  EXPECT_DOUBLE_EQ(score.all().recall(), 50.0);
  EXPECT_DOUBLE_EQ(score.all().f1(), 50.0);
  EXPECT_DOUBLE_EQ(score.by_type()[kFrom].precision(), 50.0);
  EXPECT_DOUBLE_EQ(score.by_type()[kFrom].recall(), 100.0 / 3.0);
  EXPECT_DOUBLE_EQ(score.by_type()[kFrom].f1(), 40.0);
  EXPECT_NEAR(score.by_type()[kTime].f1(), 200.0 / 3.0, 1e-12);
}

TEST(ChunkScore, WithoutChunksEveryRatioIsZero) {
  ChunkScore score(labels());
  score.add({}, {});
  score.add(numbers({"O", "O"}), numbers({"O", "O"}));
  EXPECT_EQ(score.all().precision(), 0.0);
  EXPECT_EQ(score.all().recall(), 0.0);
  EXPECT_EQ(score.all().f1(), 0.0);
}

TEST(ChunkScore, LengthsMustAgree) {
  ChunkScore score(labels());
  EXPECT_THROW(score.add(numbers({"O"}), numbers({"O", "O"})), UsageError);
}

TEST(Likelihood, UnitsOfTheMeanNegativeLogLikelihood) {
  EXPECT_NEAR(perplexity(std::log(10000.0)), 10000.0, 1e-8);  // a uniform guess among 10,000 words
  EXPECT_DOUBLE_EQ(perplexity(0.0), 1.0);
  EXPECT_DOUBLE_EQ(bits_per_character(std::log(8.0)), 3.0);
}

}  // namespace
}  // namespace unrecur

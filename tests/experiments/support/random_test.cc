#include "experiments/support/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "base/errors.h"

namespace unrecur {
namespace {

constexpr int many = 200000;

// The known-answer vectors that the authors publish with Random123.
TEST(Philox, KnownAnswers) {
  using Words = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, AnyWordCanBeHad) {
  RandomStream stream(7, "shuffle", 3);
  std::vector<std::uint64_t> words;
  for (int i = 0; i < 100; ++i) words.push_back(stream.bits());
  const RandomStream other(7, "shuffle", 3);
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(other.at(i), words[i]);
  RandomStream resumed(7, "shuffle", 3);
  resumed.seek(41);
  EXPECT_EQ(resumed.bits(), words[41]);
  EXPECT_EQ(resumed.position(), 42U);
  RandomStream copy = resumed;
  EXPECT_EQ(copy.bits(), words[42]);
  EXPECT_EQ(resumed.bits(), words[42]);
}

// Stored so that a change of the generator, which would change every published number, is noticed.
TEST(RandomStream, FilledWordsAreThoseDrawnOneByOne) {
  for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{0x123456789abcdef0}}) {
    for (const std::uint64_t start : {std::uint64_t{0}, std::uint64_t{7}, (std::uint64_t{1} << 33) - 5}) {
      for (const std::size_t count : {0U, 1U, 2U, 31U, 32U, 33U, 200U}) {
        RandomStream one(seed, "words", 3), filler(seed, "words", 3);
        one.seek(start);
        filler.seek(start);
        std::vector<std::uint64_t> drawn(count), filled(count);
        for (auto& word : drawn) word = one.bits();
        filler.fill(filled);
        EXPECT_EQ(filled, drawn) << start << " " << count;
        EXPECT_EQ(filler.position(), one.position());
        EXPECT_EQ(filler.bits(), one.bits()) << "goes on where it ended";
      }
    }
  }
}

TEST(RandomStream, StaysTheSame) {
  RandomStream stream(1, "stable", 2);
  EXPECT_EQ(stream.at(0), 0xe573116c0595ea32U);
  EXPECT_EQ(stream.at(1), 0x24db599d0e1e3a90U);
  EXPECT_EQ(stream.uniform(), static_cast<double>(0xe573116c0595ea32U >> 11) * 0x1p-53);
}

TEST(RandomStream, EveryPartOfTheKeyCounts) {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const char* name : {"", "a", "b", "ab", "ba"}) {
      for (std::uint64_t index = 0; index < 10; ++index) first.insert(RandomStream(seed, name, index).at(0));
    }
  }
  EXPECT_EQ(first.size(), 500U);
}

/// Correlation of two streams of uniforms; of independent ones it is about 1/√n.
double correlation(RandomStream a, RandomStream b) {
  double sum = 0.0;
  for (int i = 0; i < many; ++i) sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
  return sum * 12.0 / many;
}

TEST(RandomStream, StreamsAreIndependent) {
  const double five_sigma = 5.0 / std::sqrt(many);
  EXPECT_LT(std::abs(correlation(RandomStream(1, "a"), RandomStream(1, "b"))), five_sigma);
  EXPECT_LT(std::abs(correlation(RandomStream(1, "a"), RandomStream(2, "a"))), five_sigma);
  EXPECT_LT(std::abs(correlation(RandomStream(1, "a", 0), RandomStream(1, "a", 1))), five_sigma);
  RandomStream shifted(1, "a");
  shifted.seek(1);
  EXPECT_LT(std::abs(correlation(RandomStream(1, "a"), shifted)), five_sigma);
  EXPECT_GT(correlation(RandomStream(1, "a"), RandomStream(1, "a")), 0.9);
}

TEST(RandomStream, UniformIsUniform) {
  RandomStream stream(3);
  std::vector<int> bins(64);
  for (int i = 0; i < many; ++i) {
    const double u = stream.uniform();
    ASSERT_TRUE(u >= 0.0 && u < 1.0);
    ++bins[static_cast<std::size_t>(u * 64)];
    const float f = stream.uniform_float();
    ASSERT_TRUE(f >= 0.0F && f < 1.0F);
    ++bins[static_cast<std::size_t>(f * 64)];
  }
  double chi2 = 0.0;
  const double expected = 2.0 * many / 64;
  for (const int count : bins) chi2 += (count - expected) * (count - expected) / expected;
  EXPECT_LT(chi2, 63 + 5 * std::sqrt(2 * 63));
}

TEST(RandomStream, NormalHasItsMoments) {
  RandomStream stream(4);
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  for (int i = 0; i < many; ++i) {
    const double x = stream.normal();
    ASSERT_TRUE(std::isfinite(x));
    m1 += x, m2 += x * x, m3 += x * x * x, m4 += x * x * x * x;
  }
  EXPECT_EQ(stream.position(), 2U * many);
  EXPECT_NEAR(m1 / many, 0.0, 5 * std::sqrt(1.0 / many));
  EXPECT_NEAR(m2 / many, 1.0, 5 * std::sqrt(2.0 / many));
  EXPECT_NEAR(m3 / many, 0.0, 5 * std::sqrt(15.0 / many));
  EXPECT_NEAR(m4 / many, 3.0, 5 * std::sqrt(96.0 / many));
}

TEST(RandomStream, BelowHasNoBias) {
  RandomStream stream(5);
  // Three quarters of the words: taken modulo, the lower third would come twice as often.
  const std::uint64_t n = (std::uint64_t{1} << 63) + (std::uint64_t{1} << 62);
  int lower = 0;
  for (int i = 0; i < many; ++i) {
    const std::uint64_t x = stream.below(n);
    ASSERT_LT(x, n);
    lower += x < n / 3 ? 1 : 0;
  }
  EXPECT_NEAR(lower, many / 3.0, 5 * std::sqrt(many * 2.0 / 9.0));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(stream.below(1), 0U);
  EXPECT_LE(stream.below(std::uint64_t{1} << 63), (std::uint64_t{1} << 63) - 1);
  EXPECT_THROW(stream.below(0), UsageError);
}

TEST(RandomStream, PermutationsAreUniform) {
  RandomStream stream(6);
  std::map<std::vector<Index>, int> seen;
  for (int i = 0; i < 24000; ++i) ++seen[stream.permutation(4)];
  ASSERT_EQ(seen.size(), 24U);
  for (const auto& [order, count] : seen) EXPECT_NEAR(count, 1000, 5 * std::sqrt(1000.0));
  auto order = stream.permutation(1000);
  std::sort(order.begin(), order.end());
  for (Index i = 0; i < 1000; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
  EXPECT_TRUE(stream.permutation(0).empty());
  EXPECT_THROW(stream.permutation(-1), UsageError);
}

TEST(RandomStream, PickFollowsTheWeights) {
  RandomStream stream(8);
  std::vector<int> counts(4);
  for (int i = 0; i < many; ++i) ++counts[stream.pick({1.0, 0.0, 5.0, 2.0})];
  EXPECT_NEAR(counts[0], many / 8.0, 5 * std::sqrt(many * 7.0 / 64.0));
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(counts[3], many / 4.0, 5 * std::sqrt(many * 3.0 / 16.0));
  EXPECT_THROW(stream.pick({}), UsageError);
  EXPECT_THROW(stream.pick({0.0}), UsageError);
  EXPECT_THROW(stream.pick({1.0, -1.0}), UsageError);
  EXPECT_THROW(stream.pick({std::numeric_limits<double>::quiet_NaN()}), UsageError);
  EXPECT_THROW(stream.pick({std::numeric_limits<double>::infinity()}), UsageError);
}

TEST(RandomStream, BernoulliAtTheEnds) {
  RandomStream stream(9);
  int hits = 0;
  for (int i = 0; i < many; ++i) {
    ASSERT_FALSE(stream.bernoulli(0.0));
    ASSERT_TRUE(stream.bernoulli(1.0));
    hits += stream.bernoulli(0.3) ? 1 : 0;
  }
  EXPECT_NEAR(hits, 0.3 * many, 5 * std::sqrt(many * 0.21));
}

}  // namespace
}  // namespace unrecur

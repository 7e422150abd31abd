#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/tasks/grammar.h"

namespace unrecur {
namespace {

/// H(s_0, …, s_{length−1}) by enumeration of all sequences, sharing nothing with the source but its tables.
double enumerated_entropy(const MarkovSource& source, int length) {
  const auto symbols = static_cast<int>(source.symbols());
  const auto order = static_cast<int>(source.order());
  const auto total = static_cast<long>(std::pow(symbols, std::max(length, order)) + 0.5);
  std::map<std::vector<int>, double> probability;
  for (long code = 0; code < total; ++code) {
    std::vector<int> s;
    for (long rest = code; static_cast<int>(s.size()) < std::max(length, order); rest /= symbols) {
      s.push_back(static_cast<int>(rest % symbols));
    }
    const auto context = [&](int t) {
      Index c = 0;
      for (int j = order; j >= 1; --j) c = c * symbols + s[static_cast<std::size_t>(t - j)];
      return c;
    };
    double p = source.stationary()(context(order));
    for (int t = order; t < length; ++t) p *= source.transitions()(s[static_cast<std::size_t>(t)], context(t));
    s.resize(static_cast<std::size_t>(length));
    probability[s] += p;
  }
  double entropy = 0.0;
  for (const auto& [s, p] : probability) entropy -= p * std::log(p);
  return entropy;
}

TEST(Grammar, EntropiesAreExact) {
  for (const auto& [symbols, order] : {std::pair<Index, Index>{2, 1}, {2, 3}, {3, 2}}) {
    const MarkovSource source({.symbols = symbols, .order = order}, 7);
    for (int predictions = 1; predictions <= 6; ++predictions) {
      const double expected = enumerated_entropy(source, predictions + 1) - enumerated_entropy(source, 1);
      EXPECT_NEAR(source.mean_entropy(predictions) * predictions, expected, 1e-12) << symbols << " " << order;
    }
    const double rate = enumerated_entropy(source, 8) - enumerated_entropy(source, 7);
    EXPECT_NEAR(source.entropy_rate(), rate, 1e-12);
  }
}

TEST(Grammar, TransitionsAreDistributionsAndTheirStationaryOneIs) {
  const MarkovSource source({}, 1);
  EXPECT_EQ(source.contexts(), 512);
  EXPECT_NEAR(source.stationary().sum(), 1.0, 1e-12);
  EXPECT_GT(source.stationary().minCoeff(), 0.0);
  EXPECT_LT((source.transitions().colwise().sum().array() - 1.0).abs().maxCoeff(), 1e-12);
  EXPECT_GT(source.entropy_rate(), 0.1);
  EXPECT_LT(source.entropy_rate(), std::log(8.0) - 0.1);
}

TEST(Grammar, WithoutStrengthAllSymbolsAreEqual) {
  const MarkovSource source({.symbols = 5, .order = 2, .strength = 0.0}, 1);
  EXPECT_NEAR(source.entropy_rate(), std::log(5.0), 1e-12);
  EXPECT_NEAR(source.mean_entropy(10), std::log(5.0), 1e-12);
}

/// The source's own probabilities as a model: its mean loss on fresh sequences is the entropy, within the error of the
/// mean.
TEST(Grammar, TheLossOfTheSourceItselfIsTheEntropyRate) {
  const MarkovSource source({.symbols = 4, .order = 3}, 3);
  const int count = 2000;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < count; ++i) {
    RandomStream random(11, "test", static_cast<std::uint64_t>(i));
    const std::vector<int> s = source.sample(53, random);
    double loss = 0.0;
    Index context = (s[0] * 4 + s[1]) * 4 + s[2];
    for (std::size_t t = 3; t < s.size(); ++t) {
      loss -= std::log(source.transitions()(s[t], context)) / 50.0;
      context = (context * 4 + s[t]) % 64;
    }
    sum += loss;
    squares += loss * loss;
  }
  const double mean = sum / count;
  const double error = std::sqrt((squares / count - mean * mean) / count);
  EXPECT_NEAR(mean, source.entropy_rate(), 4 * error);
  EXPECT_LT(error, 0.01);
}

/// The symbol k₀ steps back matters as much as the last one; one further back would not.
TEST(Grammar, RemembersItsOrder) {
  const MarkovSource source({.symbols = 4, .order = 3}, 3);
  const auto effect_of = [&](Index stride) {
    double difference = 0.0;
    for (Index c = 0; c < 64; ++c) {
      const Index changed = c - c / stride % 4 * stride + (c / stride + 1) % 4 * stride;
      difference += (source.transitions().col(c) - source.transitions().col(changed)).lpNorm<1>() / 64;
    }
    return difference;
  };
  EXPECT_GT(effect_of(16), 0.3);
  EXPECT_GT(effect_of(1), 0.3);
}

TEST(Grammar, TaskShiftsByOne) {
  const Task task = make_grammar_task({.steps = 20}, 1);
  const Sequence& s = task.test[0];
  ASSERT_EQ(s.steps(), 20);
  for (std::size_t t = 0; t + 1 < 20; ++t) EXPECT_EQ(s.target_symbols[t], s.symbols[t + 1]);
  EXPECT_EQ(task.reference_loss, MarkovSource({.steps = 20}, 1).mean_entropy(20));
}

TEST(Grammar, RefusesNonsense) {
  EXPECT_THROW(MarkovSource({.symbols = 1}, 1), UsageError);
  EXPECT_THROW(MarkovSource({.order = 0}, 1), UsageError);
  EXPECT_THROW(MarkovSource({.symbols = 8, .order = 7}, 1), UsageError);
  EXPECT_THROW(MarkovSource({.symbols = 1024, .order = 1000000}, 1), UsageError);
  EXPECT_THROW(MarkovSource({.strength = -1.0}, 1), UsageError);
  EXPECT_THROW(MarkovSource({}, 1).mean_entropy(0), UsageError);
  EXPECT_THROW(make_grammar_task({.steps = 0}, 1), UsageError);
}

}  // namespace
}  // namespace unrecur

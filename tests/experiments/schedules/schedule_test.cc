#include "experiments/schedules/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "base/errors.h"
#include "experiments/plan/config.h"
#include "experiments/schedules/plateau.h"

namespace unrecur {
namespace {

constexpr ScheduleRange kRange{.learning_rate = 0.8, .epochs = 12};

std::unique_ptr<Schedule> schedule_of(const std::string& name, const std::string& keys = "") {
  const Config config = Config::from_toml(keys, "train.toml");
  const ScheduleMaker maker = schedule_type(name).read(config, kRange);
  config.require_all_read();
  return maker(kRange);
}

/// Worse and better scores in turn, and one that is none.
double score_of(int epoch) {
  return epoch == 4 ? std::nan("") : 3.0 + std::sin(2.0 * epoch);
}

TEST(Schedule, EveryKindGoesOnFromWhatItSaved) {
  for (const std::string& name : schedule_names()) {
    const auto whole = schedule_of(name);
    for (int epoch = 0; epoch < kRange.epochs; ++epoch) {
      const auto resumed = schedule_of(name);
      resumed->restore(whole->save());
      EXPECT_EQ(resumed->learning_rate(), whole->learning_rate()) << name << " " << epoch;
      resumed->observe(score_of(epoch));
      whole->observe(score_of(epoch));
      EXPECT_EQ(resumed->save(), whole->save()) << name << " " << epoch;
      EXPECT_EQ(resumed->ended(), whole->ended()) << name << " " << epoch;
      EXPECT_GT(whole->learning_rate(), -1e-12) << name << " " << epoch;
      EXPECT_LE(whole->learning_rate(), kRange.learning_rate) << name << " " << epoch;
    }
  }
}

TEST(Schedule, TheStateOfAnotherIsRefused) {
  for (const std::string& name : schedule_names()) {
    EXPECT_THROW(schedule_of(name)->restore(std::vector<double>(7)), UsageError) << name;
    EXPECT_THROW(schedule_of(name)->restore({}), UsageError) << name;
  }
}

TEST(Schedule, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  try {
    schedule_type("staircase");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("plateau"), std::string::npos) << error.what();
  }
}

TEST(Plateau, CutsTheRateOnAPlateau) {
  Plateau schedule(1.0, {.factor = 0.5, .patience = 1});
  schedule.observe(5.0);
  schedule.observe(5.0);
  EXPECT_EQ(schedule.learning_rate(), 1.0);
  schedule.observe(std::nan(""));
  EXPECT_EQ(schedule.learning_rate(), 0.5);
  EXPECT_EQ(schedule.save().at(1), 5.0) << "the best score";
}

TEST(Plateau, CutsTheRateWhereProgressIsBelowTheThreshold) {
  for (const double sign : {1.0, -1.0}) {  // a loss, and a score to be raised, which comes with its sign turned
    Plateau schedule(1.0, {.factor = 0.5, .threshold = 0.02});
    schedule.observe(100.0 * sign);
    EXPECT_EQ(schedule.learning_rate(), 1.0) << "the first score is progress";
    schedule.observe(100.0 * sign - 1.0);
    EXPECT_EQ(schedule.save().at(1), 100.0 * sign - 1.0) << "a new best";
    EXPECT_EQ(schedule.learning_rate(), 0.5) << "which is not enough of one";
    schedule.observe(100.0 * sign - 4.0);
    EXPECT_EQ(schedule.learning_rate(), 0.5);
  }
}

TEST(Plateau, EndsTrainingBelowTheSmallestRate) {
  const auto schedule = schedule_of("plateau", "smallest_rate = 0.3\n");
  schedule->observe(1.0);
  schedule->observe(2.0);
  EXPECT_FALSE(schedule->ended()) << schedule->learning_rate();
  schedule->observe(2.0);
  EXPECT_TRUE(schedule->ended()) << schedule->learning_rate();
}

TEST(Cosine, RisesToTheLargestRateAndFallsAlongTheCurve) {
  const auto schedule = schedule_of("cosine", "warmup_epochs = 2\nfinal_rate = 0.2\n");
  for (int e = 0; e < 12; ++e) {
    const double expected =
        e < 2 ? 0.8 * (e + 1) / 3.0 : 0.2 + 0.6 * std::pow(std::cos(0.5 * std::numbers::pi * (e - 2) / 10.0), 2.0);
    EXPECT_NEAR(schedule->learning_rate(), expected, 1e-15) << e;
    EXPECT_FALSE(schedule->ended());
    schedule->observe(1.0);
  }
  EXPECT_NEAR(schedule->learning_rate(), 0.2, 1e-15);
}

TEST(Cosine, RefusesKeysThatMakeNoSense) {
  for (const char* keys : {"warmup_epochs = 12\n", "warmup_epochs = -1\n", "final_rate = 0.9\n", "final_rate = -0.1\n",
                           "plateau_factor = 0.5\n"}) {
    EXPECT_THROW(schedule_of("cosine", keys), FileError) << keys;
  }
}

}  // namespace
}  // namespace unrecur

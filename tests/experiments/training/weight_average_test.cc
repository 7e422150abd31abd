// Averaged weights: the mean itself, and what training makes of it.
#include "experiments/training/weight_average.h"

#include <gtest/gtest.h>

#include <cmath>

#include "experiments/support/progress.h"
#include "experiments/training/trainer.h"
#include "tests/experiments/teacher_model.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::weight_average_test {
namespace {

using testing::TemporaryFolder;

const Task& teacher() {
  static const Task task = testing::small_teacher({80, 20, 6});
  return task;
}

SequenceModel<float> fresh_model(std::uint64_t seed, const std::string& cell = "elman") {
  return testing::student(40, seed, cell);
}

TrainingOptions options_for(Index average_from) {
  TrainingOptions options;
  options.epochs = 8;
  options.learning_rate = 0.3;
  options.schedule = plateau_schedule({.factor = 1.0});
  options.dropout.output = 0.5;
  options.average_from = average_from;
  options.checkpoint_seconds = 0.0;
  options.run = "test";
  return options;
}

TrainingOutcome train_teacher(const TrainingOptions& options, const std::string& set_name = "none",
                              const std::string& cell = "elman") {
  const ShuffledSequences source(teacher().train, 2, 9);
  const auto valid = evaluation_batches(teacher().valid, 4);
  const InputBounds box{Vector<float>::Constant(3, -1.0F), Vector<float>::Ones(3)};
  const auto set = make_stable_set(set_name, {.rate = 0.9, .inputs = box});
  ProgressReport silent;
  return train(
      fresh_model(3, cell), source, *set, [&](const auto& m) { return loss_of(m, valid).mean(); }, options, silent);
}

void expect_same_weights(const SequenceModel<float>& a, const SequenceModel<float>& b) {
  const auto x = all_weights(a), y = all_weights(b);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(x[i].value, y[i].value) << x[i].name;
}

TEST(WeightAverage, IsTheMeanOfWhatWasAdded) {
  WeightAverage average;
  EXPECT_TRUE(average.mean().empty());
  Parameters<double> sum;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto model = fresh_model(seed);
    average.add(model);
    const auto weights = all_weights(model);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (seed == 1)
        sum.push_back({weights[i].name, Matrix<double>::Zero(weights[i].value.rows(), weights[i].value.cols())});
      sum[i].value += weights[i].value.cast<double>();
    }
  }
  EXPECT_EQ(average.count(), 50);
  ASSERT_EQ(average.mean().size(), sum.size());
  for (std::size_t i = 0; i < sum.size(); ++i) {
    EXPECT_EQ(average.mean()[i].name, sum[i].name);
    EXPECT_LT((average.mean()[i].value.cast<double>() - sum[i].value / 50.0).cwiseAbs().maxCoeff(), 1e-6);
  }
}

TEST(AveragedTraining, KeepsTheMeanOfEverySixteenthStepAndOfTheEpochsEnd) {
  // Forty steps an epoch, of which the 16th and the 32nd count, and the end: the weights there are those of runs that
  // a validation score, asked for at the end of each epoch alone, cannot see; so the steps are made by hand.
  TrainingOptions options = options_for(1);
  options.epochs = 1;
  const ShuffledSequences source(teacher().train, 2, 9);
  ASSERT_EQ(source.steps_per_epoch(), 40);
  options.dropout.output = 0.0;
  auto model = fresh_model(3);
  WeightAverage expected;
  Workspace<float> work;
  for (Index step = 0; step < 40; ++step) {
    const auto batch = source.batch(0, step);
    auto gradients = model.make_gradients();
    model.differentiate(batch, model.zero_state(batch.packing.batch()), {}, work, gradients);
    Sgd().step(model, gradients, {options.learning_rate, options.clip, options.factors});
    if (step + 1 == 16 || step + 1 == 32 || step + 1 == 40) expected.add(model);
  }
  auto mean = model;
  set_all_weights(mean, expected.mean());
  expect_same_weights(train_teacher(options).model, mean);
}

TEST(AveragedTraining, LeavesTheTrainedWeightsAndTheirScheduleAlone) {
  TrainingOptions averaged = options_for(4), plain = options_for(0);
  averaged.schedule = plain.schedule = plateau_schedule({.factor = 0.5});
  const auto a = train_teacher(averaged).history, b = train_teacher(plain).history;
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].train, b[i].train);
    EXPECT_EQ(a[i].learning_rate, b[i].learning_rate);
    EXPECT_EQ(a[i].valid == b[i].valid, i + 1 < 4) << "epoch " << i + 1;
  }
}

TEST(AveragedTraining, LiesNearerToTheMinimumThanNoisyWeights) {
  const double averaged = train_teacher(options_for(3)).best_valid, plain = train_teacher(options_for(0)).best_valid;
  EXPECT_LT(averaged, 0.95 * plain);
}

TEST(AveragedTraining, GoesOnFromACheckpointWithTheSameBits) {
  const TemporaryFolder folder;
  for (const Index first : {2, 5}) {  // before the averaging begins, and after
    TrainingOptions options = options_for(4);
    options.checkpoint = folder / std::to_string(first);
    options.epochs = first;
    train_teacher(options, "spectral");
    options.epochs = 8;
    const auto resumed = train_teacher(options, "spectral"), unbroken = train_teacher(options_for(4), "spectral");
    expect_same_weights(resumed.model, unbroken.model);
    EXPECT_EQ(resumed.best_epoch, unbroken.best_epoch);
    EXPECT_EQ(resumed.best_valid, unbroken.best_valid);
  }
}

TEST(AveragedTraining, TheMeanIsProvedInEveryStableSet) {
  for (const StableSetType* type : registry::sets::all()) {
    const std::string set(type->name);
    if (set == "none" || type->by_construction) continue;
    const bool gru = set == "delta_iss" || set == "comparison_gru";
    const std::string cell = set == "spectral" ? "elman" : gru ? "gru" : "lstm";
    TrainingOptions options = options_for(2);
    options.epochs = 4;
    for (const auto& record : train_teacher(options, set, cell).history) EXPECT_LE(record.proved_rate, 0.9) << set;
  }
}

}  // namespace
}  // namespace unrecur::weight_average_test

// Runs on texts and slots that are killed again and again end with the same bits as unbroken ones.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "experiments/measures/slot_score.h"
#include "experiments/progress.h"
#include "experiments/random.h"
#include "experiments/training/initialise.h"
#include "experiments/training/stream.h"
#include "experiments/training/trainer.h"
#include "experiments/training/unknown_words.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using testing::TemporaryFolder;

/// A run that goes on from the checkpoint where there is one.
using TrainFrom = std::function<TrainingOutcome(const std::filesystem::path& checkpoint)>;

SequenceModel<float> fresh_model(Index symbols, Index window, Index outputs) {
  ModelSpec spec;
  spec.symbols = symbols;
  spec.embedding = 6;
  spec.window = window;
  spec.cell = "lstm";
  spec.units = 24;
  spec.outputs = outputs;
  spec.loss = "softmax";
  SequenceModel<float> model(spec);
  initialise(model, {.seed = 3});
  return model;
}

TrainingOptions options_for(const std::filesystem::path& checkpoint) {
  TrainingOptions options;
  options.epochs = 3;
  options.learning_rate = 0.5;
  options.input_dropout = 0.2;
  options.output_dropout = 0.2;
  options.checkpoint = checkpoint;
  options.checkpoint_seconds = 0.0;  // after every step
  options.run = "test";
  return options;
}

TrainingOutcome train_text(const std::string& set_name, const std::filesystem::path& checkpoint) {
  RandomStream random(4, "text", 0);
  std::vector<int> text(1500);
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<int>(i + static_cast<std::size_t>(7.0 * random.uniform())) % 11;
  const TextStream source(text, {.streams = 5, .window = 9});
  const auto set = make_stable_set(set_name, {.rate = 0.95});
  ProgressReport silent;
  return train(
      fresh_model(11, 1, 11), source, *set,
      [&](const SequenceModel<float>& m) { return evaluate_text(m, std::span(text).first(300)).mean(); },
      options_for(checkpoint), silent);
}

TrainingOutcome train_slots(const std::string& set_name, const std::filesystem::path& checkpoint) {
  Atis data;
  for (int i = 0; i < 60; ++i) {
    const std::string city = "city" + std::to_string(i % 25);
    data.train.push_back({{"to", city, "from", "home"}, {"O", "B-to", "O", "B-from"}});
  }
  data.test = data.train;
  const SlotTask task = make_slot_task(data, {.context = 1, .validation = 15});
  const UnknownWords source(task, 2, 9);
  const auto set = make_stable_set(set_name, {.rate = 0.95});
  ProgressReport silent;
  return train(
      fresh_model(task.task.input_size, 3, task.task.target_size), source, *set,
      [&](const SequenceModel<float>& m) { return -slot_f1(m, task.task.valid, task.labels); }, options_for(checkpoint),
      silent);
}

/// Kills the run up to `kills` times, each a little later, and then lets one child get to the end.
int kill_until_done(const TrainFrom& run, const std::filesystem::path& checkpoint, int kills) {
  int killed = 0;
  for (int attempt = 0; attempt < 500; ++attempt) {
    const pid_t child = fork();
    if (child == 0) {
      run(checkpoint);
      _exit(0);
    }
    if (killed < kills) {
      usleep(static_cast<useconds_t>(3000 + (attempt * 7919) % 40000));
      kill(child, SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status)) return killed;
    ++killed;
  }
  return -1;
}

void expect_same_bits(const TrainingOutcome& a, const TrainingOutcome& b) {
  const auto x = all_weights(a.model), y = all_weights(b.model);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(x[i].value, y[i].value) << x[i].name;
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    EXPECT_EQ(a.history[i].train, b.history[i].train);
    EXPECT_EQ(a.history[i].valid, b.history[i].valid);
  }
}

void expect_unharmed_by_kills(const TrainFrom& run) {
  const TemporaryFolder folder;
  const TrainingOutcome unbroken = run(folder / "unbroken");
  EXPECT_GT(kill_until_done(run, folder / "broken", 20), 0) << "no run was killed before its end";
  expect_same_bits(run(folder / "broken"), unbroken);
}

TEST(ResumeSlow, TextsWithTheirStates) {
  for (const std::string set : {"none", "comparison_matrix", "block_2norm"}) {
    expect_unharmed_by_kills([&](const auto& checkpoint) { return train_text(set, checkpoint); });
  }
}

TEST(ResumeSlow, SlotsWithTheirUnknownWords) {
  for (const std::string set : {"none", "miller_hardt"}) {
    expect_unharmed_by_kills([&](const auto& checkpoint) { return train_slots(set, checkpoint); });
  }
}

TEST(Resume, StableRunsOnSymbolsAreProvedAtEveryEpoch) {
  for (const std::string set : {"miller_hardt", "miller_hardt_l1", "comparison_matrix", "block_2norm"}) {
    for (const auto& record : train_text(set, {}).history) EXPECT_LE(record.proved_rate, 0.95) << set;
    for (const auto& record : train_slots(set, {}).history) EXPECT_LE(record.proved_rate, 0.95) << set;
  }
}

}  // namespace
}  // namespace unrecur

// Runs on every kind of task that are killed again and again end with the same bits as unbroken ones.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <set>

#include "base/file_bytes.h"
#include "experiments/data/text.h"
#include "experiments/measures/slot_score.h"
#include "experiments/plan/config.h"
#include "experiments/support/progress.h"
#include "experiments/support/random.h"
#include "experiments/tasks/chorale.h"
#include "experiments/tasks/make_task.h"
#include "experiments/tasks/stream.h"
#include "experiments/training/initialise.h"
#include "experiments/training/trainer.h"
#include "experiments/workload/unknown_words.h"
#include "experiments/workload/workload.h"
#include "tests/support/file_errors.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::resume_test {
namespace {

using testing::TemporaryFolder;
using Clock = std::chrono::steady_clock;

/// What a run trains: layers of a cell in a stable set, and by which rule.
struct Kept {
  std::string cell, set;
  Index layers = 1;
  Skip skip = Skip::none;
  OptimiserOptions optimiser = {};
};

/// A run that goes on from the checkpoint where there is one.
using TrainFrom = std::function<TrainingOutcome(const Kept&, const std::filesystem::path& checkpoint)>;

ModelSpec spec_of(const Kept& kept) {
  ModelSpec spec;
  spec.embedding = 6;
  spec.cell = kept.cell;
  if (kept.cell == "gru") spec.attributes = {{"reset", "after"}};
  spec.units = 24;
  spec.layers = kept.layers;
  spec.skip = kept.skip;
  return spec;
}

TrainingOptions options_for(const Kept& kept, const std::filesystem::path& checkpoint) {
  TrainingOptions options;
  options.epochs = 3;
  options.optimiser = kept.optimiser;
  options.learning_rate = kept.optimiser.name == "adam" ? 0.01 : 0.5;
  options.dropout = {.input = 0.2, .output = 0.2, .between = 0.2, .locked = kept.layers > 1};
  options.average_from = 2;
  options.checkpoint = checkpoint;
  options.checkpoint_seconds = 0.0;  // after every step
  options.run = "test";
  return options;
}

TrainingOutcome train_in(const Kept& kept, ModelSpec spec, const BatchSource& source, const InputBounds& inputs,
                         const std::function<double(const SequenceModel<float>&)>& validate,
                         const std::filesystem::path& checkpoint) {
  SequenceModel<float> model(std::move(spec));
  initialise(model, {.seed = 3});
  const auto set = make_stable_set(kept.set, {.rate = 0.95, .inputs = inputs});
  ProgressReport silent;
  return train(std::move(model), source, *set, validate, options_for(kept, checkpoint), silent);
}

/// Chorales, by way of the text that music files have.
TrainingOutcome train_music(const Kept& kept, const std::filesystem::path& checkpoint) {
  static const Workload workload = sequence_workload(make_piano_task(
      "chorale", parse_pieces(format_pieces(make_chorales({.sizes = {30, 4, 4}}, 6)), "music.json"), "built in"));
  return train_in(
      kept, workload.fitted(spec_of(kept)), *workload.source(1, 9), workload.inputs(),
      [&](const SequenceModel<float>& m) { return workload.validate(m); }, checkpoint);
}

TrainingOutcome train_slots(const Kept& kept, const std::filesystem::path& checkpoint) {
  Atis data;
  for (int i = 0; i < 60; ++i) {
    const std::string city = "city" + std::to_string(i % 25);
    data.train.push_back({{"to", city, "from", "home"}, {"O", "B-to", "O", "B-from"}});
  }
  data.test = data.train;
  const SlotTask task = make_slot_task(data, {.context = 1, .validation = 15});
  const UnknownWords source(task, 2, 9);
  ModelSpec spec = spec_of(kept);
  spec.symbols = task.task.input_size;
  spec.window = 3;
  spec.outputs = task.task.target_size;
  spec.loss = "softmax";
  return train_in(
      kept, spec, source, {}, [&](const SequenceModel<float>& m) { return -slot_f1(m, task.task.valid, task.labels); },
      checkpoint);
}

TrainingOutcome train_text(const Kept& kept, const TextSplit& text, const std::filesystem::path& checkpoint) {
  const TextStream source(text.symbols, {.streams = 5, .window = 9});
  ModelSpec spec = spec_of(kept);
  spec.symbols = spec.outputs = text.counts.types;
  spec.window = 1;
  spec.loss = "softmax";
  return train_in(
      kept, spec, source, {},
      [&](const SequenceModel<float>& m) { return evaluate_text(m, std::span(text.symbols).first(300)).mean(); },
      checkpoint);
}

/// Symbols that follow each other with some chance, written down by `word`.
std::string written(int count, const std::function<std::string(int)>& word) {
  RandomStream random(4, "text", 0);
  std::string text;
  for (int i = 0; i < count; ++i) text += word((i + static_cast<int>(7.0 * random.uniform())) % 17);
  return text;
}

TrainingOutcome train_words(const Kept& kept, const std::filesystem::path& checkpoint) {
  Vocabulary vocabulary;
  const auto word = [](int i) { return i == 16 ? std::string("\n") : "word" + std::to_string(i) + " "; };
  return train_text(kept, parse_words(written(1500, word), "words.txt", vocabulary, NewSymbols::join), checkpoint);
}

TrainingOutcome train_characters(const Kept& kept, const std::filesystem::path& checkpoint) {
  Vocabulary vocabulary;
  const auto character = [](int i) { return std::string(1, i == 16 ? '\n' : static_cast<char>('a' + i)) + " "; };
  return train_text(kept, parse_characters(written(1500, character), "characters.txt", vocabulary, NewSymbols::join),
                    checkpoint);
}

std::filesystem::file_time_type time_of(const std::filesystem::path& file) {
  std::error_code absent;
  return std::filesystem::last_write_time(file, absent);
}

/// Runs in a process of its own, which is killed `delay` after it has stored its first step, however busy the machine
/// is. Whether it was: it may have come to its end.
bool killed_after(std::chrono::duration<double> delay, const std::filesystem::path& checkpoint,
                  const std::function<void()>& run) {
  const auto before = time_of(checkpoint);
  const pid_t child = fork();
  if (child == 0) {
    run();
    _exit(0);
  }
  int status = 0;
  while (time_of(checkpoint) == before) {
    if (waitpid(child, &status, WNOHANG) == child) return WIFSIGNALED(status);
    usleep(100);
  }
  usleep(static_cast<useconds_t>(1e6 * delay.count()));
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

void expect_same_bits(const TrainingOutcome& a, const TrainingOutcome& b) {
  const auto x = all_weights(a.model), y = all_weights(b.model);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(x[i].value, y[i].value) << x[i].name;
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    EXPECT_EQ(a.history[i].train, b.history[i].train);
    EXPECT_EQ(a.history[i].valid, b.history[i].valid);
    EXPECT_EQ(a.history[i].learning_rate, b.history[i].learning_rate);
    EXPECT_EQ(std::isnan(a.history[i].proved_rate), std::isnan(b.history[i].proved_rate));
    if (std::isnan(b.history[i].proved_rate)) continue;
    EXPECT_EQ(a.history[i].proved_rate, b.history[i].proved_rate);
  }
  EXPECT_EQ(a.best_epoch, b.best_epoch);
}

/// Twenty kills at random moments of a run, each process going on where the one before was killed.
void expect_unharmed_by_kills(const TrainFrom& train, const Kept& kept) {
  SCOPED_TRACE(kept.cell + " " + kept.set + " " + std::to_string(kept.layers) + " " + kept.optimiser.name);
  constexpr int kKills = 20;
  const TemporaryFolder folder;
  const Clock::time_point start = Clock::now();
  const TrainingOutcome unbroken = train(kept, folder / "unbroken");
  const std::chrono::duration<double> whole = Clock::now() - start;
  RandomStream random(12, kept.cell + kept.set, 0);
  int killed = 0;
  // Together a quarter of what would carry the run to its end, in the mean: it is under way at most kills. Where a
  // machine's uneven load lets one come to its end first, another begins.
  for (int i = 0; killed < kKills; ++i) {
    ASSERT_LT(i, 10 * kKills) << "runs come to their end before their kills";
    const auto delay = random.uniform() / (2 * kKills) * whole;
    if (killed_after(delay, folder / "broken", [&] { train(kept, folder / "broken"); })) {
      ++killed;
    } else {
      expect_same_bits(train(kept, folder / "broken"), unbroken);
      std::filesystem::remove(folder / "broken");
    }
  }
  expect_same_bits(train(kept, folder / "broken"), unbroken);
}

TEST(ResumeSlow, Music) {
  for (const Kept& kept : {Kept{"elman", "spectral"}, {"lstm", "miller_hardt_l1"}, {"gru", "delta_iss"}}) {
    expect_unharmed_by_kills(train_music, kept);
  }
}

TEST(ResumeSlow, SlotsWithTheirUnknownWords) {
  for (const Kept& kept : {Kept{"lstm", "miller_hardt"}, {"elman", "none"}})
    expect_unharmed_by_kills(train_slots, kept);
}

TEST(ResumeSlow, WordsWithTheirStates) {
  for (const Kept& kept : {Kept{"lstm", "comparison_matrix"}, {"gru", "comparison_gru"}})
    expect_unharmed_by_kills(train_words, kept);
}

TEST(ResumeSlow, CharactersWithTheirStates) {
  for (const Kept& kept : {Kept{"lstm", "block_2norm"}, {"lstm", "none"}}) {
    expect_unharmed_by_kills(train_characters, kept);
  }
}

TEST(ResumeSlow, StacksWithSkipsUnderBothOptimisers) {
  const Kept momentum{"lstm", "none", 2, Skip::residual, {.name = "sgd", .momentum = 0.9}};
  const Kept adam{"gru", "none", 2, Skip::dense, {.name = "adam"}};
  const Kept scans{"qrnn", "capped", 3, Skip::dense, {.name = "adam"}};
  expect_unharmed_by_kills(train_music, adam);
  expect_unharmed_by_kills(train_characters, scans);
  expect_unharmed_by_kills(train_words, momentum);
}

TEST(Resume, EveryScheduleGoesOnWhereItWasStopped) {
  const Workload workload = sequence_workload(make_piano_task(
      "chorale", parse_pieces(format_pieces(make_chorales({.sizes = {12, 2, 2}}, 6)), "music.json"), "built in"));
  const auto source = workload.source(2, 9);
  const ModelSpec spec = workload.fitted(spec_of({"elman", "spectral"}));
  for (const std::string& name : schedule_names()) {
    const TemporaryFolder folder;
    const auto run = [&](const std::filesystem::path& checkpoint, Index stop_after) {
      std::stop_source stop;
      Index validated = 0;
      TrainingOptions options = options_for({"elman", "spectral"}, checkpoint);
      options.epochs = 5;
      options.schedule = schedule_type(name).read(Config::from_toml("", "train.toml"), {options.learning_rate, 5});
      options.execution = {stop.get_token()};
      SequenceModel<float> model(spec);
      initialise(model, {.seed = 3});
      const auto set = make_stable_set("spectral", {.rate = 0.95});
      ProgressReport silent;
      const auto validate = [&](const SequenceModel<float>& m) {
        if (++validated == stop_after) stop.request_stop();
        return static_cast<double>(m.cell().parameters()[0].value.squaredNorm());
      };
      return train(std::move(model), *source, *set, validate, options, silent);
    };
    const TrainingOutcome unbroken = run(folder / "unbroken", 0);
    EXPECT_THROW(run(folder / "broken", 2), Interrupted) << name;
    EXPECT_THROW(run(folder / "broken", 1), Interrupted) << name;
    expect_same_bits(run(folder / "broken", 0), unbroken);
  }
}

TEST(Resume, EveryStableSetIsAmongThoseAbove) {
  const std::set<std::string> killed = {
      "none",        "spectral",  "miller_hardt",   "miller_hardt_l1", "comparison_matrix",
      "block_2norm", "delta_iss", "comparison_gru", "capped"};
  for (const StableSetType* type : registry::sets::all()) EXPECT_TRUE(killed.contains(std::string(type->name)));
}

TEST(Resume, AFlippedByteAnywhereIsRefusedWithAMessage) {
  const TemporaryFolder folder;
  const auto checkpoint = folder / "checkpoint", damaged = folder / "damaged";
  train_music({"elman", "spectral"}, checkpoint);
  const Bytes bytes = read_file(checkpoint);
  const auto problem_at = [&](std::size_t at, int bit) {
    Bytes flipped = bytes;
    flipped[at] ^= static_cast<std::byte>(1 << bit);
    write_atomically(damaged, flipped);
    return testing::problem_of([&] { load_checkpoint(damaged, "test"); });
  };
  // All of the head and of the list of tensors begun there, and places all over the rest.
  std::vector<std::size_t> places(300);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  RandomStream random(13, "places", 0);
  for (int i = 0; i < 300; ++i) places.push_back(static_cast<std::size_t>(random.below(bytes.size())));
  places.push_back(bytes.size() - 1);
  for (const std::size_t at : places) {
    const std::string problem = problem_at(at, static_cast<int>(at % 8));
    EXPECT_TRUE(problem.starts_with(damaged.string())) << at << ": " << problem;
    EXPECT_TRUE(problem.find("the checkpoint is damaged") != std::string::npos ||
                problem.find("this is no checkpoint") != std::string::npos)
        << at << ": " << problem;
    EXPECT_NE(problem.find("delete the file to start the run again"), std::string::npos) << at << ": " << problem;
  }
}

TEST(Resume, StableRunsOnSymbolsAreProvedAtEveryEpoch) {
  for (const std::string set : {"miller_hardt", "miller_hardt_l1", "comparison_matrix", "block_2norm"}) {
    for (const TrainFrom& train : {TrainFrom(train_words), TrainFrom(train_slots)}) {
      for (const auto& record : train({"lstm", set}, {}).history) EXPECT_LE(record.proved_rate, 0.95) << set;
    }
  }
}

}  // namespace
}  // namespace unrecur::resume_test

#include "experiments/training/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/denormals.h"
#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/support/progress.h"
#include "experiments/training/initialise.h"
#include "experiments/training/optimiser.h"
#include "models/formats/safetensors/model_file.h"
#include "tests/experiments/teacher_model.h"
#include "tests/support/file_errors.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::trainer_test {
namespace {

using testing::TemporaryFolder;

const Task& teacher() {
  static const Task task = testing::small_teacher({30, 6, 6});
  return task;
}

SequenceModel<float> fresh_model(std::uint64_t seed, const std::string& cell = "elman") {
  return testing::student(60, seed, cell);
}

TrainingOptions options_for(const std::filesystem::path& checkpoint) {
  TrainingOptions options;
  options.epochs = 4;
  options.learning_rate = 0.05;
  options.dropout.output = 0.2;
  options.checkpoint = checkpoint;
  options.checkpoint_seconds = 0.0;  // after every step
  options.run = "test";
  return options;
}

TrainingOutcome train_teacher(const std::filesystem::path& checkpoint, const std::string& set_name,
                              const std::string& cell = "elman") {
  const ShuffledSequences source(teacher().train, 2, 9);
  const auto valid = evaluation_batches(teacher().valid, 4);
  const auto set = make_stable_set(set_name, {.rate = 0.8});
  ProgressReport silent;
  return train(
      fresh_model(3, cell), source, *set, [&](const auto& m) { return loss_of(m, valid).mean(); },
      options_for(checkpoint), silent);
}

bool same_bits(const TrainingOutcome& a, const TrainingOutcome& b) {
  const auto x = all_weights(a.model), y = all_weights(b.model);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i].value != y[i].value) return false;
  }
  if (a.history.size() != b.history.size()) return false;
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    if (a.history[i].train != b.history[i].train || a.history[i].valid != b.history[i].valid) return false;
  }
  return a.best_epoch == b.best_epoch;
}

TEST(Trainer, LearnsTheTeacher) {
  const auto outcome = train_teacher({}, "none");
  EXPECT_EQ(outcome.history.size(), 4U);
  EXPECT_LT(outcome.best_valid, 0.8 * outcome.history.front().train);
}

TEST(Trainer, StableVariantIsProvedAtEveryEpochAndTheOtherIsNot) {
  for (const auto& record : train_teacher({}, "spectral").history) {
    EXPECT_LE(record.proved_rate, 0.8);
    EXPECT_GT(record.proved_rate, 0.0);
  }
  for (const auto& record : train_teacher({}, "none").history) EXPECT_TRUE(std::isnan(record.proved_rate));
}

TEST(Trainer, VariantsOfOneSeedStartAlikeAndSeeTheSameBatches) {
  const auto a = fresh_model(3), b = fresh_model(3), c = fresh_model(4);
  EXPECT_EQ(a.cell().parameters()[1].value, b.cell().parameters()[1].value);
  EXPECT_NE(a.cell().parameters()[1].value, c.cell().parameters()[1].value);
  const ShuffledSequences one(teacher().train, 2, 9), two(teacher().train, 2, 9);
  EXPECT_EQ(one.batch(3, 4).frames, two.batch(3, 4).frames);
  EXPECT_NE(one.batch(3, 4).frames, one.batch(2, 4).frames);
}

TEST(Trainer, CheckpointingDoesNotChangeTheResult) {
  const TemporaryFolder folder;
  EXPECT_TRUE(same_bits(train_teacher(folder / "c", "spectral"), train_teacher({}, "spectral")));
}

/// What load_checkpoint says of a file.
std::string complaint(const std::filesystem::path& path, const std::string& run = "test") {
  return testing::problem_of([&] { load_checkpoint(path, run); });
}

TEST(Checkpoint, OnlyTheWholeFileOfTheSameRunIsTaken) {
  const TemporaryFolder folder;
  train_teacher(folder / "c", "none");
  const Bytes bytes = read_file(folder / "c");
  ASSERT_EQ(complaint(folder / "c"), "no FileError");
  Bytes cut(bytes.begin(), bytes.end() - 10);
  write_atomically(folder / "d", cut);
  EXPECT_NE(complaint(folder / "d").find("SHA-256"), std::string::npos);
  EXPECT_NE(complaint(folder / "c", "another run").find("belongs to another run"), std::string::npos);
  EXPECT_FALSE(load_checkpoint(folder / "absent", "test"));
}

TEST(Sgd, StepsAgainstTheClippedGradient) {
  auto model = fresh_model(1);
  const auto before = all_weights(model);
  auto gradients = model.make_gradients();
  gradients.layers()[1].value.setConstant(3.0F);
  const double norm = Sgd().step(model, gradients, {.learning_rate = 0.5, .clip = 1.0});
  EXPECT_NEAR(norm, 3.0 * 60.0, 1e-3);
  EXPECT_NEAR((before[1].value - all_weights(model)[1].value).norm(), 0.5, 1e-5);
}

TEST(Sgd, StepsOfTheDecoderAreLargerByItsFactor) {
  auto plain = fresh_model(1), scaled = fresh_model(1);
  auto gradients = plain.make_gradients();
  for (std::size_t i = 0; i < gradients.size(); ++i) gradients.value(i).setConstant(0.25F);
  const Parameters<float> cell = plain.cell().parameters(), decoder = plain.decoder().parameters();
  Sgd().step(plain, gradients, {.learning_rate = 0.5});
  Sgd().step(scaled, gradients, {.learning_rate = 0.5, .factors = {.decoder = 4.0}});
  for (std::size_t i = 0; i < cell.size(); ++i) {
    EXPECT_EQ(scaled.cell().parameters()[i].value, plain.cell().parameters()[i].value) << cell[i].name;
  }
  for (std::size_t i = 0; i < decoder.size(); ++i) {
    const Matrix<float> once = decoder[i].value - plain.decoder().parameters()[i].value;
    const Matrix<float> four_times = decoder[i].value - scaled.decoder().parameters()[i].value;
    EXPECT_LT((four_times - 4.0F * once).cwiseAbs().maxCoeff(), 1e-6F) << decoder[i].name;
    EXPECT_GT(once.cwiseAbs().minCoeff(), 0.1F) << decoder[i].name;
  }
}

TEST(Sgd, StepsOfTheEmbeddingAreLargerByItsFactor) {
  ModelSpec spec;
  spec.symbols = 5;
  spec.embedding = 3;
  spec.units = 4;
  spec.outputs = 5;
  spec.loss = "softmax";
  SequenceModel<float> plain(spec);
  initialise(plain, {.seed = 1});
  SequenceModel<float> scaled = plain;
  auto gradients = plain.make_gradients();
  gradients.set_embedding({{2}, Matrix<float>::Constant(plain.encoder().rows(), 1, 0.25F)});
  const Matrix<float> before = plain.encoder();
  const Parameters<float> cell = scaled.cell().parameters();
  Sgd().step(plain, gradients, {.learning_rate = 0.5});
  Sgd().step(scaled, gradients, {.learning_rate = 0.5, .factors = {.embedding = 8.0}});
  EXPECT_LT(((scaled.encoder() - before).array().col(2) + 1.0F).abs().maxCoeff(), 1e-6F);
  EXPECT_LT(((plain.encoder() - before).array().col(2) + 0.125F).abs().maxCoeff(), 1e-6F);
  EXPECT_EQ(scaled.encoder().col(0), before.col(0));
  for (std::size_t i = 0; i < cell.size(); ++i) EXPECT_EQ(scaled.cell().parameters()[i].value, cell[i].value);
}

TEST(Trainer, TrainsTheTruncatedModelWithTheRecurrentOneAsItsLimit) {
  const ShuffledSequences source(teacher().train, 2, 9);
  const auto set = make_stable_set("none", {});
  ProgressReport silent;
  const auto weights_of_order = [&](Index order) {
    TrainingOptions options = options_for({});
    options.order = order;
    const auto score = [](const auto&) { return 1.0; };
    return all_weights(train(fresh_model(3), source, *set, score, options, silent).model);
  };
  const auto distance = [](const Parameters<float>& a, const Parameters<float>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>((a[i].value - b[i].value).squaredNorm());
    return std::sqrt(sum);
  };
  const auto recurrent = weights_of_order(0);
  const double one = distance(weights_of_order(1), recurrent), twelve = distance(weights_of_order(12), recurrent);
  EXPECT_GT(one, 1e-2);
  EXPECT_LT(twelve, 1e-4 * one) << "sequences have 12 steps";
}

/// A set that says how denormal numbers are taken where it works.
class Watching : public StableSet {
 public:
  std::string name() const override { return "watching"; }
  void project(SequenceModel<float>&) override { EXPECT_FALSE(flushes_denormals()); }
  std::optional<UpperBound> prove(const SequenceModel<float>&) const override {
    EXPECT_FALSE(flushes_denormals()) << "bounds of rounded operations hold with denormal numbers";
    ++proofs;
    return std::nullopt;
  }
  mutable int proofs = 0;
};

TEST(Trainer, FlushesDenormalNumbersButNotWhereItProves) {
  const bool here = [] {
    const FlushDenormals fast;
    return flushes_denormals();
  }();
  const ShuffledSequences source(teacher().train, 2, 9);
  Watching set;
  ProgressReport silent;
  const auto score = [&](const auto&) {
    EXPECT_EQ(flushes_denormals(), here);
    return 1.0;
  };
  train(fresh_model(3), source, set, score, options_for({}), silent);
  EXPECT_EQ(set.proofs, 4);
  EXPECT_FALSE(flushes_denormals());
}

TEST(Trainer, DivergenceIsSaidPlainly) {
  const ShuffledSequences source(teacher().train, 2, 9);
  const auto set = make_stable_set("none", {});
  TrainingOptions options;
  options.learning_rate = 1e20;
  options.clip = 0.0;
  ProgressReport silent;
  EXPECT_THROW(train(
                   fresh_model(1), source, *set, [](const auto&) { return 1.0; }, options, silent),
               UsageError);
  EXPECT_THROW(make_stable_set("cubic", {}), UsageError);
}

}  // namespace
}  // namespace unrecur::trainer_test

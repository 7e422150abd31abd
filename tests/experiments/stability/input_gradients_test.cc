#include "experiments/stability/input_gradients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/errors.h"
#include "experiments/data/source.h"
#include "experiments/stability/training_pieces.h"
#include "experiments/tasks/batches.h"
#include "experiments/tasks/make_task.h"
#include "experiments/tasks/stream.h"
#include "experiments/workload/workload.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::random_matrix;

template <class Model>
void randomise_all(Model& model, std::mt19937_64& engine, double scale) {
  for_each_weight(model, [&](const std::string&, auto& w, int) { testing::fill(w, engine, scale); });
}

/// The loss at the last step of a piece.
double last_loss(const SequenceModel<double>& model, Batch<double> batch) {
  batch.targets.weights = Vector<double>::Zero(batch.packing.columns());
  batch.targets.weights(batch.packing.columns() - 1) = 1.0;
  Workspace<double> work;
  return model.evaluate(batch, model.zero_state(1), work).sum;
}

TEST(InputGradients, OfDenseInputsAreCentralDifferences) {
  std::mt19937_64 engine(91);
  for (const testing::CellCase& c : testing::all_cell_cases()) {
    if (testing::has_kinks(c)) continue;
    SequenceModel<double> model(
        {.frame = 3, .cell = c.kind, .attributes = c.attributes, .units = 4, .outputs = 2, .loss = "squared"});
    randomise_all(model, engine, 0.6);
    Batch<double> batch{Packing::single(6), random_matrix<double>(3, 6, engine), {}, {}};
    batch.targets.frames = random_matrix<double>(2, 6, engine);
    const Matrix<double> gradients = last_loss_gradients(model, batch);
    ASSERT_EQ(gradients.cols(), 6);
    for (Index i = 0; i < gradients.size(); ++i) {
      const double at = batch.frames.data()[i], h = 1e-5;
      batch.frames.data()[i] = at + h;
      const double above = last_loss(model, batch);
      batch.frames.data()[i] = at - h;
      const double below = last_loss(model, batch);
      batch.frames.data()[i] = at;
      EXPECT_NEAR(gradients.data()[i], (above - below) / (2.0 * h), 1e-8) << c.kind;
    }
  }
}

TEST(InputGradients, OfSymbolsAreThoseOfTheirEmbeddings) {
  std::mt19937_64 engine(92);
  for (const std::string cell : {"elman", "lstm"}) {
    SequenceModel<double> model(
        {.symbols = 8, .embedding = 3, .cell = cell, .units = 4, .outputs = 8, .loss = "softmax"});
    randomise_all(model, engine, 0.6);
    // Every symbol once, so that its embedding is the input of one step.
    Batch<double> batch{Packing::single(5), {}, {2, 7, 1, 0, 4}, {}};
    batch.targets.symbols = {7, 1, 0, 4, 3};
    const Matrix<double> gradients = last_loss_gradients(model, batch);
    for (Index t = 0; t < 5; ++t) {
      for (Index j = 0; j < 3; ++j) {
        double& weight = model.encoder()(j, batch.symbols[static_cast<std::size_t>(t)]);
        const double at = weight, h = 1e-5;
        weight = at + h;
        const double above = last_loss(model, batch);
        weight = at - h;
        const double below = last_loss(model, batch);
        weight = at;
        EXPECT_NEAR(gradients(j, t), (above - below) / (2.0 * h), 1e-9) << cell;
      }
    }
  }
}

std::vector<Sequence> text_pieces(Index count, Index length, std::mt19937_64& engine) {
  std::vector<Sequence> pieces(static_cast<std::size_t>(count));
  for (Sequence& piece : pieces) {
    for (Index t = 0; t < length; ++t) {
      piece.symbols.push_back(static_cast<int>(engine() % 8));
      piece.target_symbols.push_back(static_cast<int>(engine() % 8));
    }
  }
  return pieces;
}

TEST(InputGradients, NormsGoBackFromTheLastStepPieceByPiece) {
  std::mt19937_64 engine(93);
  SequenceModel<double> model(
      {.symbols = 8, .embedding = 3, .cell = "lstm", .units = 4, .outputs = 8, .loss = "softmax"});
  randomise_all(model, engine, 0.6);
  const std::vector<Sequence> pieces = text_pieces(40, 12, engine);
  const Matrix<double> norms = input_gradient_norms(model, pieces, 9);
  ASSERT_EQ(norms.rows(), 10);
  ASSERT_EQ(norms.cols(), 40);
  for (const Index p : {0, 31, 32, 39}) {
    const Batch<double> alone = cast_batch<double>(pack(pieces, std::vector<Index>{p}));
    const Matrix<double> gradients = last_loss_gradients(model, alone);
    for (Index i = 0; i <= 9; ++i) EXPECT_NEAR(norms(i, p), gradients.col(11 - i).norm(), 1e-14);
  }
  EXPECT_THROW(input_gradient_norms(model, pieces, 12), UsageError);
}

/// A text for training, and nothing else.
class PlainText : public Dataset {
 public:
  explicit PlainText(int length) : symbols_(static_cast<std::size_t>(length)) {
    std::iota(symbols_.begin(), symbols_.end(), 0);
  }
  ModelSpec fitted(ModelSpec spec) const override { return spec; }
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t, Index) const override {
    return std::make_unique<TextStream>(symbols_, StreamOptions{.streams = size, .window = 7});
  }
  LossSum loss(const SequenceModel<float>&, Part) const override { return {}; }
  std::vector<LossSum> losses_by_order(const SequenceModel<float>&, Part, std::span<const Index>) const override {
    return {};
  }
  std::string origin() const override { return "test"; }

 private:
  std::vector<int> symbols_;
};

TEST(TrainingPieces, OfATextAreTheStartsOfEqualParts) {
  const PlainText text(401);
  const std::vector<Sequence> pieces = training_pieces(text, {.count = 4, .length = 20});
  ASSERT_EQ(pieces.size(), 4U);
  for (int b = 0; b < 4; ++b) {
    const Sequence& piece = pieces[static_cast<std::size_t>(b)];
    ASSERT_EQ(piece.symbols.size(), 20U);
    for (int t = 0; t < 20; ++t) {
      EXPECT_EQ(piece.symbols[static_cast<std::size_t>(t)], 100 * b + t);
      EXPECT_EQ(piece.target_symbols[static_cast<std::size_t>(t)], 100 * b + t + 1);
    }
  }
  EXPECT_THROW(training_pieces(text, {.count = 4, .length = 101}), UsageError);
}

TEST(TrainingPieces, OfSequencesAreTheStartsOfThoseLongEnough) {
  const Task task = make_task("chorale", {}, {});
  const Workload workload = sequence_workload(task);
  Index enough = 0;
  for (const Sequence& s : task.train) enough += s.steps() >= 30 ? 1 : 0;
  const std::vector<Sequence> pieces = training_pieces(workload.data(), {.count = 1000000, .length = 30});
  EXPECT_EQ(std::ssize(pieces), enough);
  for (const Sequence& piece : pieces) {
    ASSERT_EQ(piece.steps(), 30);
    ASSERT_EQ(piece.frames.cols(), 30);
    const bool found = std::any_of(task.train.begin(), task.train.end(), [&](const Sequence& s) {
      return s.steps() >= 30 && s.frames.leftCols(30) == piece.frames && s.targets.leftCols(30) == piece.targets;
    });
    EXPECT_TRUE(found);
  }
  EXPECT_EQ(training_pieces(workload.data(), {.count = 3, .length = 10}).size(), 3U);
}

}  // namespace
}  // namespace unrecur

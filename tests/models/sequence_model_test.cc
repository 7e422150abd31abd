#include "models/sequence/sequence_model.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::fill;
using testing::random_matrix;
using testing::randomise;

struct ModelCase {
  bool symbolic;
  std::string loss;
  bool weighted;
  std::vector<Index> cutoffs = {};
  bool tied = false;
};

void PrintTo(const ModelCase& c, std::ostream* out) {
  *out << (c.symbolic ? "symbols " : "frames ") << c.loss << (c.weighted ? " weighted" : "")
       << (c.cutoffs.empty() ? "" : " adaptive") << (c.tied ? " tied" : "");
}

template <class S>
SequenceModel<S> random_model(const ModelCase& c, std::mt19937_64& engine) {
  ModelSpec spec;
  if (c.symbolic) {
    spec.symbols = 6;
    spec.embedding = 2;
    spec.window = 3;
  } else {
    spec.frame = 4;
  }
  spec.units = 5;
  spec.outputs = c.tied ? 6 : 4;
  spec.tied = c.tied;
  spec.loss = c.loss;
  spec.cutoffs = c.cutoffs;
  SequenceModel<S> model(spec);
  fill(model.encoder(), engine, 0.8);
  randomise(model.cell().parameters(), engine, 0.5);
  randomise(model.decoder().parameters(), engine, 0.8);
  return model;
}

template <class S>
Batch<S> random_batch(const ModelCase& c, std::span<const Index> lengths, std::mt19937_64& engine) {
  Batch<S> batch;
  batch.packing = Packing(lengths);
  const Index columns = batch.packing.columns();
  if (c.symbolic) {
    for (Index i = 0; i < 3 * columns; ++i) batch.symbols.push_back(static_cast<int>(engine() % 6));
  } else {
    batch.frames = random_matrix<S>(4, columns, engine);
  }
  if (c.loss == "softmax") {
    for (Index i = 0; i < columns; ++i) batch.targets.symbols.push_back(static_cast<int>(engine() % 4));
  } else {
    batch.targets.frames = random_matrix<S>(4, columns, engine).cwiseAbs().array().round().matrix();
  }
  if (c.weighted) batch.targets.weights = random_matrix<S>(columns, 1, engine).cwiseAbs();
  return batch;
}

class EveryModel : public ::testing::TestWithParam<ModelCase> {
 protected:
  std::mt19937_64 engine_{11};
};

TEST_P(EveryModel, GradientAgreesWithCentralDifferences) {
  auto model = random_model<double>(GetParam(), engine_);
  const std::vector<Index> lengths{4, 2};
  const auto batch = random_batch<double>(GetParam(), lengths, engine_);
  Masks<double> masks;
  masks.input = random_matrix<double>(model.spec().input_size(), 6, engine_).cwiseAbs().array().round().matrix() * 2;
  masks.output = random_matrix<double>(5, 6, engine_).cwiseAbs().array().round().matrix() * 2;
  Workspace<double> work;
  auto gradients = model.make_gradients();
  model.differentiate(batch, model.zero_state(2), masks, work, gradients);
  const auto value = [&] {
    auto scratch = model.make_gradients();
    return model.differentiate(batch, model.zero_state(2), masks, work, scratch).mean();
  };
  const auto expect_gradient = [&](Matrix<double>& weights, const Matrix<double>& gradient, const std::string& name) {
    if (weights.size() == 0) return;
    const double scale = std::max(gradient.cwiseAbs().maxCoeff(), 1e-3);
    for (Index i = 0; i < weights.size(); ++i) {
      const double keep = weights.data()[i], h = 1e-5;
      weights.data()[i] = keep + h;
      const double up = value();
      weights.data()[i] = keep - h;
      const double down = value();
      weights.data()[i] = keep;
      EXPECT_NEAR(gradient.data()[i], (up - down) / (2 * h), 1e-6 * scale) << name << " entry " << i;
    }
  };
  std::size_t i = 0;
  for_each_weight(model, [&](const std::string& name, Matrix<double>& weights, int) {
    EXPECT_EQ(gradients.name(i), name);
    expect_gradient(weights, gradients.dense(i, weights.cols()), name);
    ++i;
  });
  EXPECT_EQ(i, gradients.size());
}

TEST_P(EveryModel, PackedBatchHasTheLossOfItsSequences) {
  ModelCase c = GetParam();
  c.weighted = false;
  const auto model = random_model<double>(c, engine_);
  const std::vector<Index> lengths{5, 3, 1};
  const auto batch = random_batch<double>(c, lengths, engine_);
  Workspace<double> work;
  const LossSum together = model.evaluate(batch, model.zero_state(3), work);
  LossSum sum;
  for (Index b = 0; b < 3; ++b) {
    Batch<double> own;
    own.packing = Packing::single(lengths[static_cast<std::size_t>(b)]);
    if (!c.symbolic) own.frames.resize(4, own.packing.columns());
    if (c.loss != "softmax") own.targets.frames.resize(4, own.packing.columns());
    for (Index t = 0; t < own.packing.steps(); ++t) {
      const Index column = batch.packing.column(b, t);
      if (!c.symbolic) own.frames.col(t) = batch.frames.col(column);
      for (Index w = 0; c.symbolic && w < 3; ++w) {
        own.symbols.push_back(batch.symbols[static_cast<std::size_t>(3 * column + w)]);
      }
      if (c.loss != "softmax") own.targets.frames.col(t) = batch.targets.frames.col(column);
      if (c.loss == "softmax") own.targets.symbols.push_back(batch.targets.symbols[static_cast<std::size_t>(column)]);
    }
    sum += model.evaluate(own, model.zero_state(1), work);
  }
  EXPECT_NEAR(together.sum, sum.sum, 1e-12 * std::abs(sum.sum));
  EXPECT_EQ(together.weight, sum.weight);
}

INSTANTIATE_TEST_SUITE_P(Models, EveryModel,
                         ::testing::Values(ModelCase{false, "bernoulli", false}, ModelCase{false, "squared", true},
                                           ModelCase{false, "softmax", false}, ModelCase{true, "softmax", true},
                                           ModelCase{true, "bernoulli", true}, ModelCase{true, "squared", false},
                                           ModelCase{true, "softmax", false, {1, 3}},
                                           ModelCase{false, "softmax", true, {2}},
                                           ModelCase{true, "softmax", true, {}, true},
                                           ModelCase{true, "softmax", false, {1, 3}, true}));

ModelSpec tied_spec() {
  return {.symbols = 6, .embedding = 2, .units = 5, .outputs = 6, .loss = "softmax", .tied = true};
}

TEST(TiedModel, ACopyHasAnEmbeddingOfItsOwn) {
  std::mt19937_64 engine(4);
  SequenceModel<double> model(tied_spec());
  fill(model.encoder(), engine, 0.8);
  randomise(model.decoder().parameters(), engine, 0.8);
  const Matrix<double> h = random_matrix<double>(5, 3, engine);
  const Matrix<double> before = model.decoder().predict(h);
  SequenceModel<double> copy(model), assigned(tied_spec());
  assigned = model;
  EXPECT_EQ(copy.decoder().predict(h), before);
  model.encoder().setZero();
  EXPECT_EQ(copy.decoder().predict(h), before);
  EXPECT_EQ(assigned.decoder().predict(h), before);
  EXPECT_NE(model.decoder().predict(h), before);
  const SequenceModel<double> moved(std::move(copy));
  EXPECT_EQ(moved.decoder().predict(h), before);
  EXPECT_LE((cast_model<float>(moved).decoder().predict(h.cast<float>()).cast<double>() - before).norm(), 1e-5);
}

TEST(TiedModel, GradientsAreThoseOfTheSameModelUntiedAddedUp) {
  std::mt19937_64 engine(6);
  SequenceModel<double> tied(tied_spec());
  ModelSpec loose = tied_spec();
  loose.tied = false;
  SequenceModel<double> untied(loose);
  fill(tied.encoder(), engine, 0.8);
  randomise(tied.layers().parameters(), engine, 0.5);
  randomise(tied.decoder().parameters(), engine, 0.8);
  untied.encoder() = tied.encoder();
  untied.layers().parameters() = tied.layers().parameters();
  const Matrix<double> q = tied.decoder().parameters()[0].value;
  untied.decoder().parameters()[0].value = tied.encoder().transpose() * q;
  untied.decoder().parameters()[1].value = tied.decoder().parameters()[1].value;
  Batch<double> batch;
  batch.packing = Packing(std::vector<Index>{3, 2});
  batch.symbols = {0, 1, 1, 4, 0};
  batch.targets.symbols = {1, 5, 2, 0, 0};
  Workspace<double> work;
  auto a = tied.make_gradients(), b = untied.make_gradients();
  const double loss = tied.differentiate(batch, tied.zero_state(2), {}, work, a).mean();
  EXPECT_NEAR(untied.differentiate(batch, untied.zero_state(2), {}, work, b).mean(), loss, 1e-14);
  const std::size_t decoder = b.size() - 2;
  const Matrix<double> d_v = b.value(decoder);
  EXPECT_EQ(a.columns(0), nullptr);
  EXPECT_LE((a.value(0) - (b.dense(0, 6) + q * d_v.transpose())).norm(), 1e-14);
  EXPECT_LE((a.value(decoder) - tied.encoder() * d_v).norm(), 1e-14);
  EXPECT_LE((a.value(decoder + 1) - b.value(decoder + 1)).norm(), 1e-14);
}

TEST(TiedModel, OfSymbolsThatAreNotItsOutputsIsRefused) {
  ModelSpec spec = tied_spec();
  spec.outputs = 5;
  EXPECT_THROW(SequenceModel<double>{spec}, UsageError);
  spec = tied_spec();
  spec.loss = "squared";
  EXPECT_THROW(SequenceModel<double>{spec}, UsageError);
  EXPECT_THROW(SequenceModel<double>({.frame = 6, .units = 5, .outputs = 6, .loss = "softmax", .tied = true}),
               UsageError);
}

TEST(TiedSoftmax, ProbabilitiesAddUpToOneAndAreTheLoss) {
  std::mt19937_64 engine(2);
  const auto decoder = make_decoder<double>({11, 5, "softmax", {4, 6}, 3});
  randomise(decoder->parameters(), engine, 1.5);
  const Matrix<double> h = random_matrix<double>(5, 11, engine);
  EXPECT_THROW(decoder->predict(h), UsageError);
  EXPECT_THROW(decoder->share(std::make_shared<Matrix<double>>(Matrix<double>::Zero(3, 10))), UsageError);
  decoder->share(std::make_shared<Matrix<double>>(random_matrix<double>(3, 11, engine)));
  const Matrix<double> z = decoder->predict(h);
  Targets<double> targets;
  double sum = 0.0;
  for (int y = 0; y < 11; ++y) {
    EXPECT_NEAR(z.col(y).array().exp().sum(), 1.0, 1e-13);
    targets.symbols.push_back(y);
    sum -= z(y, y);
  }
  EXPECT_NEAR(decoder->evaluate(h, targets), sum, 1e-12 * sum);
}

TEST(Losses, ValuesOfClosedForm) {
  Targets<double> targets;
  targets.frames = Matrix<double>::Zero(2, 1);
  targets.frames(0) = 1.0;
  Matrix<double> z(2, 1);
  z << 0.0, 0.0;
  EXPECT_NEAR(make_loss<double>("bernoulli")->apply(z, 0, targets, 0.0), 2 * std::log(2.0), 1e-15);
  EXPECT_NEAR(make_loss<double>("squared")->apply(z, 0, targets, 0.0), 0.5, 1e-15);
  targets.symbols = {1};
  z << 3.0, 3.0;
  EXPECT_NEAR(make_loss<double>("softmax")->apply(z, 0, targets, 0.0), std::log(2.0), 1e-15);
}

TEST(Losses, LargeLogitsNeitherOverflowNorLoseTheSmallSide) {
  Targets<float> targets;
  targets.frames = Matrix<float>::Zero(2, 1);
  Matrix<float> z(2, 1);
  z << 500.0F, -500.0F;
  EXPECT_NEAR(make_loss<float>("bernoulli")->apply(z, 0, targets, 1.0F), 500.0, 1e-3);
  EXPECT_FLOAT_EQ(z(0), 1.0F);
  EXPECT_FLOAT_EQ(z(1), 0.0F);
  targets.symbols = {1};
  z << 500.0F, -500.0F;
  EXPECT_NEAR(make_loss<float>("softmax")->apply(z, 0, targets, 1.0F), 1000.0, 1e-3);
}

TEST(Losses, TargetsThatDoNotFitAreRefused) {
  Matrix<float> z = Matrix<float>::Zero(2, 3);
  Targets<float> targets;
  EXPECT_THROW(make_loss<float>("bernoulli")->apply(z, 0, targets, 0.0F), UsageError);
  targets.symbols = {0, 1, 2};
  EXPECT_THROW(make_loss<float>("softmax")->apply(z, 0, targets, 0.0F), UsageError);
  EXPECT_THROW(make_loss<float>("hinge"), UsageError);
}

TEST(Decoder, ChunksDoNotChangeTheResult) {
  // 5 million outputs over 3 columns need more than one chunk; the sum equals that of the columns one by one.
  std::mt19937_64 engine(3);
  const auto decoder = make_decoder<float>({.outputs = 2'500'000, .inputs = 1, .loss = "softmax"});
  fill(decoder->parameters()[0].value, engine, 1.0);
  const Matrix<float> h = random_matrix<float>(1, 3, engine);
  Targets<float> all;
  all.symbols = {5, 2'499'999, 77};
  double sum = 0.0;
  for (Index j = 0; j < 3; ++j) {
    Targets<float> one;
    one.symbols = {all.symbols[static_cast<std::size_t>(j)]};
    sum += decoder->evaluate(h.col(j), one);
  }
  EXPECT_NEAR(decoder->evaluate(h, all), sum, 1e-9 * sum);
}

TEST(SequenceModel, SpecsWithoutSenseAreRefused) {
  EXPECT_THROW(SequenceModel<float>({.units = 2, .outputs = 2, .loss = "softmax"}), UsageError);
  EXPECT_THROW(SequenceModel<float>({.frame = 1, .symbols = 2, .units = 2, .outputs = 2, .loss = "softmax"}),
               UsageError);
  EXPECT_THROW(SequenceModel<float>({.symbols = 2, .units = 2, .outputs = 2, .loss = "softmax"}), UsageError);
  EXPECT_THROW(SequenceModel<float>({.frame = 2, .units = 2, .outputs = 0, .loss = "softmax"}), UsageError);
}

TEST(Packing, LaysOutRaggedBatches) {
  const std::vector<Index> lengths{3, 2, 2, 1};
  const Packing packing(lengths);
  EXPECT_EQ(packing.steps(), 3);
  EXPECT_EQ(packing.columns(), 8);
  EXPECT_EQ(packing.width(0), 4);
  EXPECT_EQ(packing.width(1), 3);
  EXPECT_EQ(packing.width(2), 1);
  EXPECT_EQ(packing.column(2, 1), 6);
  for (Index b = 0; b < 4; ++b) EXPECT_EQ(packing.length(b), lengths[static_cast<std::size_t>(b)]);
  const std::vector<Index> rising{1, 2}, empty_sequence{1, 0};
  EXPECT_THROW(Packing{rising}, UsageError);
  EXPECT_THROW(Packing{empty_sequence}, UsageError);
}

}  // namespace
}  // namespace unrecur

// Whole training steps: forward, loss, backward through time, clipping, plain SGD. One iteration is one step on one
// batch of random tokens; bench/peers/training.py does the same in PyTorch.
#include <benchmark/benchmark.h>

#include <cmath>
#include <string>

#include "experiments/support/random.h"
#include "experiments/training/initialise.h"
#include "experiments/training/optimiser.h"
#include "models/arrays/product.h"
#include "models/layers/layer_registry.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {
namespace {

struct Shape {
  const char* name;  ///< as in the table of ratios
  const char* cell;
  Attributes attributes;
  Index vocabulary, embedding, units, batch, steps;
  int threads;
  Index layers = 1;
};

SequenceModel<float> make_model(const Shape& s) {
  ModelSpec spec;
  spec.symbols = s.vocabulary;
  spec.embedding = s.embedding;
  spec.cell = s.cell;
  const LayerType* type = feedforward_type(s.cell);
  const bool placed = type != nullptr && type->in_stack != nullptr;
  spec.attributes = placed ? type->in_stack(s.attributes, s.layers) : s.attributes;
  spec.units = s.units;
  spec.layers = s.layers;
  spec.outputs = s.vocabulary;
  spec.loss = "softmax";
  SequenceModel<float> model(spec);
  initialise(model, {.seed = 1});
  return model;
}

Batch<float> random_tokens(const Shape& s) {
  RandomStream random(1, "tokens", 0);
  Batch<float> batch;
  batch.packing = Packing::uniform(s.steps, s.batch);
  for (Index i = 0; i < s.steps * s.batch; ++i) {
    batch.symbols.push_back(static_cast<int>(random.below(static_cast<std::uint64_t>(s.vocabulary))));
    batch.targets.symbols.push_back(static_cast<int>(random.below(static_cast<std::uint64_t>(s.vocabulary))));
  }
  return batch;
}

void training_step(benchmark::State& state, const Shape& shape) {
  const ProductThreads threads(shape.threads);
  SequenceModel<float> model = make_model(shape);
  const Batch<float> batch = random_tokens(shape);
  const Matrix<float> initial = model.zero_state(shape.batch);
  Workspace<float> work;
  auto gradients = model.make_gradients();
  // A model that knows nothing predicts about uniformly, and a step against the gradient must lower the loss.
  const double before = model.differentiate(batch, initial, {}, work, gradients).mean();
  Sgd().step(model, gradients, {.learning_rate = 0.1, .clip = 0.25});
  const double after = model.evaluate(batch, initial, work).mean();
  if (!(std::abs(before - std::log(static_cast<double>(shape.vocabulary))) < 0.5 && after < before)) {
    state.SkipWithError("the training step is wrong: the loss is off or does not fall");
    return;
  }
  for (auto _ : state) {
    gradients.clear();
    benchmark::DoNotOptimize(model.differentiate(batch, initial, {}, work, gradients).sum);
    Sgd().step(model, gradients, {.learning_rate = 0.1, .clip = 0.25});
  }
  state.counters["tokens_per_s"] =
      benchmark::Counter(static_cast<double>(shape.batch * shape.steps), benchmark::Counter::kIsIterationInvariantRate);
}

const Attributes kAfter{{"reset", "after"}};
const Shape kShapes[] = {
    {"train/word/rnn", "elman", {}, 33278, 256, 256, 20, 35, 2},
    {"train/word/lstm", "lstm", {}, 33278, 256, 256, 20, 35, 2},
    {"train/word/gru", "gru", kAfter, 33278, 256, 256, 20, 35, 2},
    {"train/char/lstm", "lstm", {}, 50, 200, 600, 32, 100, 2},
    // As many weights as the LSTM above has, in scans: layers whose gates do not wait for each other.
    {"train/char/qrnn", "qrnn", {}, 50, 200, 295, 32, 100, 2, 4},
    {"train/char/lstm/1", "lstm", {}, 50, 200, 600, 32, 100, 1},
    {"train/char/qrnn/1", "qrnn", {}, 50, 200, 295, 32, 100, 1, 4},
    {"train/char/sru/1", "sru", {}, 50, 200, 430, 32, 100, 1, 4},
    {"train/char/mingru/1", "mingru", {}, 50, 200, 530, 32, 100, 1, 4},
    {"train/char/minlstm/1", "minlstm", {}, 50, 200, 435, 32, 100, 1, 4},
    // Three levels of 450, as the characters of Bai, Kolter and Koltun; two layers of attention over 100 steps.
    {"train/char/tcn", "tcn", {{"kernel", "3"}}, 50, 100, 450, 32, 100, 2, 3},
    {"train/char/tcn/1", "tcn", {{"kernel", "3"}}, 50, 100, 450, 32, 100, 1, 3},
    {"train/char/transformer", "transformer", {{"heads", "8"}, {"context", "100"}}, 50, 200, 256, 32, 100, 2, 2},
    {"train/music/tcn", "tcn", {{"kernel", "3"}}, 88, 88, 150, 1, 60, 2, 2},
    {"train/music/rnn", "elman", {}, 88, 88, 200, 1, 60, 1},
    {"train/music/lstm", "lstm", {}, 88, 88, 200, 1, 60, 1},
};

[[maybe_unused]] const bool training_registered = [] {
  for (const Shape& shape : kShapes) {
    benchmark::RegisterBenchmark(shape.name, training_step, shape)->Unit(benchmark::kMillisecond)->UseRealTime();
  }
  return true;
}();

}  // namespace
}  // namespace unrecur

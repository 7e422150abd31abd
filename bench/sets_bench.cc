// What a stable set costs in every step of training: the projection of an LSTM (a GRU, an Elman network) that a
// gradient step has moved out of the set. 200 units read 88 piano keys, 600 units an alphabet of 50.
#include <benchmark/benchmark.h>

#include <string>

#include "experiments/support/random.h"
#include "experiments/training/initialise.h"
#include "models/arrays/product.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {
namespace {

struct Case {
  const char* set;
  const char* cell;
};

SequenceModel<float> make_model(const Case& c, Index units) {
  ModelSpec spec;
  if (units < 400) {
    spec.frame = 88;
    spec.loss = "bernoulli";
    spec.outputs = 88;
  } else {
    spec.symbols = spec.outputs = 50;
    spec.embedding = 50;
    spec.loss = "softmax";
  }
  spec.cell = c.cell;
  if (spec.cell == "gru") spec.attributes = {{"reset", "after"}};
  spec.units = units;
  SequenceModel<float> model(spec);
  initialise(model, {.seed = 1});
  return model;
}

/// A step as long as plain SGD makes it with a clipped gradient and a learning rate of some units.
void move(SequenceModel<float>& model, std::uint64_t step) {
  for (auto& parameter : model.cell().parameters()) {
    RandomStream random(2, parameter.name, step);
    Matrix<float> way(parameter.value.rows(), parameter.value.cols());
    for (Index i = 0; i < way.size(); ++i) way.data()[i] = static_cast<float>(random.normal());
    parameter.value += way / way.norm();
  }
}

void projection_onto_set(benchmark::State& state, const Case& c) {
  const ProductThreads threads(1);
  SequenceModel<float> model = make_model(c, state.range(0));
  StableSetOptions options{.rate = 0.99};
  if (model.spec().frame > 0) options.inputs = {Vector<float>::Zero(88), Vector<float>::Ones(88)};
  const auto set = make_stable_set(c.set, options);
  // Projections that warm-start are warm, and every set has the model where training has it: at its edge.
  for (std::uint64_t step = 0; step < 20; ++step) {
    set->project(model);
    move(model, step);
  }
  SequenceModel<float> projected = model;
  set->project(projected);
  if (const auto proved = set->prove(projected); !proved || proved->value > 0.99) {
    state.SkipWithError("what was projected is not proved to be in the set");
    return;
  }
  for (auto _ : state) {
    state.PauseTiming();
    projected = model;
    state.ResumeTiming();
    set->project(projected);
    benchmark::DoNotOptimize(projected);
  }
}

constexpr Case cases[] = {{"miller_hardt", "lstm"}, {"miller_hardt_l1", "lstm"}, {"comparison_matrix", "lstm"},
                          {"block_2norm", "lstm"},  {"delta_iss", "gru"},        {"comparison_gru", "gru"},
                          {"spectral", "elman"}};

[[maybe_unused]] const bool sets_registered = [] {
  for (const Case& c : cases) {
    benchmark::RegisterBenchmark((std::string("set/") + c.set).c_str(), projection_onto_set, c)
        ->Arg(200)
        ->Arg(600)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
  return true;
}();

}  // namespace
}  // namespace unrecur

// A tanh network of 256 units along 60,000 steps, in double, on one core: parts of the sequence side by side, warmed up
// as long as the proved rate says for an error of 1e-6; bench/peers/parallel.py runs it step by step in NumPy.
#include <benchmark/benchmark.h>

#include <Eigen/QR>

#include "experiments/support/random.h"
#include "models/arrays/product.h"
#include "models/layers/cell_registry.h"
#include "models/parallel/chunked.h"
#include "theory/check/check.h"
#include "theory/curvature/sweep_promise.h"

namespace unrecur {
namespace {

constexpr Index kRunUnits = 256, kRunInputs = 8, kRunSteps = 60000;
constexpr double kRate = 0.9, kError = 1e-6;

Matrix<double> normals(Index rows, Index columns, std::string_view name) {
  RandomStream random(1, name, 0);
  Matrix<double> m(rows, columns);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = random.normal();
  return m;
}

std::unique_ptr<Cell<double>> network() {
  auto cell = make_cell<double>("elman", kRunInputs, kRunUnits, {});
  const Matrix<double> drawn = normals(kRunUnits, kRunUnits, "recurrent");
  *find_parameter(cell->parameters(), "weight_ih_l0") = normals(kRunUnits, kRunInputs, "input");
  *find_parameter(cell->parameters(), "weight_hh_l0") =
      kRate * Matrix<double>(Eigen::HouseholderQR<Matrix<double>>(drawn).householderQ());
  return cell;
}

void chunked_run(benchmark::State& state) {
  const ProductThreads threads(1);
  const auto cell = network();
  const InputSet inputs = InputSet::box(5.0);
  const Matrix<double> x = normals(kRunInputs, kRunSteps, "x").cwiseMin(5.0).cwiseMax(-5.0);
  const RateBounds bounds = bound_rate(*cell, {.methods = {"spectral_norm"}, .inputs = inputs});
  const auto promise = promise_jacobi(bounds, known_states(*cell, inputs), kError);
  if (!promise) {
    state.SkipWithError("no rate below 1 was proved");
    return;
  }
  const Index warm_up = promise->jacobi, chunks = suitable_chunks(kRunSteps, warm_up);
  const Matrix<double> states = sequential_states(*cell, x);
  Matrix<double> found = states;
  chunked_states(*cell, x, chunks, warm_up, found);
  const double error = (found - states).colwise().norm().maxCoeff();
  if (!(error <= kError)) {
    state.SkipWithError("a state is further from the sequential run than promised");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(chunked_states(*cell, x, chunks, warm_up, found).mismatch);
}

void sequential_run(benchmark::State& state) {
  const ProductThreads threads(1);
  const auto cell = network();
  const Matrix<double> x = normals(kRunInputs, kRunSteps, "x");
  Matrix<double> states = sequential_states(*cell, x);
  for (auto _ : state) {
    sequential_states(*cell, x, states);
    benchmark::DoNotOptimize(states.data());
  }
}

BENCHMARK(chunked_run)->Name("run/chunked/256")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(sequential_run)->Name("run/sequential/256")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace unrecur

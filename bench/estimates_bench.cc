// The data-dependent estimates of an LSTM of 64 units: time against the number of windows and against r, which
// Google Benchmark fits to a power (complexity N is linear), and the Lyapunov spectrum against the steps of the data.
#include <benchmark/benchmark.h>

#include <cmath>

#include "experiments/support/random.h"
#include "models/arrays/product.h"
#include "models/layers/cell_registry.h"
#include "theory/estimates/gains.h"
#include "theory/estimates/lyapunov.h"
#include "theory/estimates/pair_ascent.h"

namespace unrecur {
namespace {

constexpr Index kEstimateInputs = 16, kEstimateUnits = 64;

Matrix<double> uniform(Index rows, Index cols, std::string_view name, double range) {
  RandomStream random(1, name, 0);
  Matrix<double> m(rows, cols);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = range * (2.0 * random.uniform() - 1.0);
  return m;
}

const Cell<double>& lstm() {
  static const std::unique_ptr<Cell<double>> cell = [] {
    auto made = make_cell<double>("lstm", kEstimateInputs, kEstimateUnits, {});
    for (auto& p : made->parameters()) p.value = uniform(p.value.rows(), p.value.cols(), p.name, 0.2);
    return made;
  }();
  return *cell;
}

std::vector<InputWindow> windows(Index length, Index count) {
  const std::vector<Matrix<double>> x{uniform(kEstimateInputs, 4 * length + 200, "inputs", 1.0)};
  return sample_windows(CellSystem(lstm()), x, {.length = length, .count = count, .settle = 20});
}

void gains_against(benchmark::State& state, Index count, Index r) {
  const ProductThreads threads(1);
  const CellSystem system(lstm());
  const auto data = windows(r, count);
  const std::vector<Index> orders{r};
  // The matrix-free norm against the dense one.
  const JacobianProduct product(system, data[0]);
  const double gap = log_norm(product, r, {.dense_below = 0}) - log_norm(product, r, {.dense_below = 100000});
  if (!(std::abs(gap) < 1e-8)) return state.SkipWithError("the matrix-free norm differs from the dense one");
  for (auto _ : state) benchmark::DoNotOptimize(k_step_gains(system, data, orders).gains[0].root.value);
}

void ascent_against(benchmark::State& state, Index count, Index r) {
  const ProductThreads threads(1);
  const CellSystem system(lstm());
  const auto data = windows(r, count);
  const std::vector<Index> steps{r};
  const auto climb = [&] { return climb_pairs(system, data, steps, {.starts = 4, .iterations = 10}); };
  const PairRatio found = climb().ratios.at(0);
  const auto x = data[static_cast<std::size_t>(found.window)].inputs.leftCols(r);
  const double distance = (run_from(system, found.first, x) - run_from(system, found.second, x)).norm();
  if (!(std::abs(distance / (found.first - found.second).norm() - found.worst.value) < 1e-6 * found.worst.value)) {
    return state.SkipWithError("the worst pair does not have the worst ratio");
  }
  for (auto _ : state) benchmark::DoNotOptimize(climb().ratios[0].worst.value);
}

void gains_by_windows(benchmark::State& state) {
  gains_against(state, state.range(0), 20);
  state.SetComplexityN(state.range(0));
}
void gains_by_steps(benchmark::State& state) {
  gains_against(state, 4, state.range(0));
  state.SetComplexityN(state.range(0));
}
void ascent_by_windows(benchmark::State& state) {
  ascent_against(state, state.range(0), 20);
  state.SetComplexityN(state.range(0));
}
void ascent_by_steps(benchmark::State& state) {
  ascent_against(state, 4, state.range(0));
  state.SetComplexityN(state.range(0));
}

void lyapunov_by_steps(benchmark::State& state) {
  const ProductThreads threads(1);
  const CellSystem system(lstm());
  const std::vector<Matrix<double>> x{uniform(kEstimateInputs, state.range(0), "inputs", 1.0)};
  const auto spectrum = [&] { return lyapunov_spectrum(system, x, {.exponents = 8}); };
  if (spectrum().exponents.size() != 8) return state.SkipWithError("no spectrum");
  for (auto _ : state) benchmark::DoNotOptimize(spectrum().exponents[0].value);
  state.SetComplexityN(state.range(0));
}

#define UNRECUR_BY(function, name, low, high) \
  BENCHMARK(function)                         \
      ->Name(name)                            \
      ->RangeMultiplier(2)                    \
      ->Range(low, high)                      \
      ->MinTime(0.1)                          \
      ->Complexity(benchmark::oN)             \
      ->Unit(benchmark::kMillisecond)
UNRECUR_BY(gains_by_windows, "estimates/gains/windows", 4, 32);
UNRECUR_BY(gains_by_steps, "estimates/gains/steps", 10, 80);
UNRECUR_BY(ascent_by_windows, "estimates/ascent/windows", 4, 32);
UNRECUR_BY(ascent_by_steps, "estimates/ascent/steps", 10, 80);
UNRECUR_BY(lyapunov_by_steps, "estimates/lyapunov/steps", 500, 4000);
#undef UNRECUR_BY

}  // namespace
}  // namespace unrecur

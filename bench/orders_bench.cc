// All truncation orders 1 … 64 over 2,000 steps of 88 binary inputs, n = 200, in float; bench/peers/orders.py runs the
// windows of each order as one batch in PyTorch.
#include <benchmark/benchmark.h>

#include "experiments/support/random.h"
#include "models/arrays/product.h"
#include "models/layers/cell_registry.h"
#include "models/truncation/orders.h"

namespace unrecur {
namespace {

constexpr Index kUnits = 200, kInputs = 88, kSteps = 2000, kOrders = 64;

void fill(Matrix<float>& m, std::string_view name, double range) {
  RandomStream random(1, name, 0);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<float>(range * (2.0 * random.uniform() - 1.0));
}

void all_orders(benchmark::State& state) {
  const ProductThreads threads(2);
  const auto cell = make_cell<float>("elman", kInputs, kUnits, {});
  for (auto& p : cell->parameters()) fill(p.value, p.name, 0.07);
  Matrix<float> x(kInputs, kSteps);
  fill(x, "inputs", 1.0);
  x = (x.array() > 0.9F).cast<float>();

  // Each order against its windows, at a step in the middle.
  TruncationSweep<float> check(*cell, x);
  for (Index k = 1; k <= kOrders; ++k) {
    check.forward_step();
    const Matrix<float> window = full_states<float>(*cell, x.middleCols(1000 - k + 1, k));
    if (!((check.states().col(1000) - window.col(k - 1)).cwiseAbs().maxCoeff() < 1e-5F)) {
      state.SkipWithError("a truncated state differs from its window");
      return;
    }
  }
  for (auto _ : state) {
    TruncationSweep<float> sweep(*cell, x);
    while (sweep.order() < kOrders) sweep.forward_step();
    benchmark::DoNotOptimize(sweep.states().sum());
  }
}

BENCHMARK(all_orders)->Name("orders/200")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace unrecur

// What `unrecur check` does with an LSTM of 1,024 units and as many inputs, |x_i| ≤ 1: every rung of its ladder, the
// bracket, and what each gate does to the rate. bench/peers/check.py decomposes its stacked recurrent matrix once.
#include <benchmark/benchmark.h>

#include <cmath>

#include "experiments/support/random.h"
#include "models/arrays/product.h"
#include "models/layers/cell_registry.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/check/check.h"
#include "theory/check/rate_limits.h"

namespace unrecur {
namespace {

/// Gaussian weights with ‖R‖₂ near 0.12 and input weights that leave the gates near the middle.
std::unique_ptr<Cell<double>> small_lstm(Index n) {
  auto cell = make_cell<double>("lstm", n, n, {});
  RandomStream random(1, "lstm", 0);
  const double scales[] = {0.2 / static_cast<double>(n), 0.04 / std::sqrt(static_cast<double>(n)), 0.1};
  for (std::size_t p = 0; p < cell->parameters().size(); ++p) {
    Matrix<double>& value = cell->parameters()[p].value;
    for (Index i = 0; i < value.size(); ++i) value.data()[i] = scales[p] * random.normal();
  }
  return cell;
}

double rate_of(const LayerReport& report, std::string_view method) {
  for (const UpperRateBound& upper : report.bounds.upper) {
    if (upper.method == method && upper.bound()) return upper.bound()->value;
  }
  return -1.0;
}

/// Proved, in the order that the theory gives the rungs, and with the right norm.
bool holds(const LayerReport& report, const Matrix<double>& recurrent) {
  const double norm = spectral_norm_upper(recurrent);
  const double comparison = rate_of(report, "comparison_matrix"), scalar = rate_of(report, "delta_iss");
  return report.verdict == Verdict::proved && comparison <= scalar && scalar <= rate_of(report, "miller_hardt") &&
         rate_of(report, "block_2norm") < 1.0 && report.recurrent_norm.value <= norm &&
         report.recurrent_norm.value >= norm * (1.0 - 1e-6);
}

void check_lstm(benchmark::State& state) {
  const ProductThreads threads(2);
  const auto cell = small_lstm(state.range(0));
  // The bracket and the gates; a search for other inputs is not part of what is compared.
  const CheckOptions options{.inputs = InputSet::box(1.0), .explain = false};
  if (!holds(check(*cell, options), cell->parameters()[1].value)) {
    state.SkipWithError("the check of the LSTM is wrong");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(check(*cell, options).rate_upper);
    benchmark::DoNotOptimize(rate_limits(*cell, options.inputs).size());
  }
}
BENCHMARK(check_lstm)->Name("check/lstm")->Arg(1024)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace unrecur

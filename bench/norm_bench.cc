// Spectral norms with a proof, and projections onto the spectral ball as in training: warm, 32 singular values above
// the bound. bench/peers/norms.py does the norm by all singular values and the projection by a full SVD.
#include <benchmark/benchmark.h>

#include <Eigen/QR>
#include <string>

#include "experiments/support/random.h"
#include "models/arrays/product.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/projections/projection.h"

namespace unrecur {
namespace {

Matrix<double> gaussian(Index n, std::string_view name) {
  RandomStream random(1, name, 0);
  Matrix<double> m(n, n);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = random.normal();
  return m;
}

void proved_norm(benchmark::State& state) {
  const ProductThreads threads(2);
  const Index n = state.range(0);
  const Matrix<double> w = gaussian(n, "norm") * (0.6 / std::sqrt(static_cast<double>(n)));
  const double upper = spectral_norm_upper(w);
  if (!SpectralNormProof(w).holds(upper) || SpectralNormProof(w).holds(upper * (1.0 - 1e-6))) {
    state.SkipWithError("the proved norm is not proved, or not tight");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(spectral_norm_upper(w));
}
BENCHMARK(proved_norm)->Name("norm")->Arg(256)->Arg(1024)->Arg(2048)->Unit(benchmark::kMillisecond)->UseRealTime();

/// 32 singular values from 1.2 to 1.005, the others from 0.995 down to 0.
Matrix<float> with_values_above_one(Index n) {
  const Matrix<double> u = Eigen::HouseholderQR<Matrix<double>>(gaussian(n, "left")).householderQ();
  const Matrix<double> v = Eigen::HouseholderQR<Matrix<double>>(gaussian(n, "right")).householderQ();
  Vector<double> values(n);
  values << Vector<double>::LinSpaced(32, 1.2, 1.005), Vector<double>::LinSpaced(n - 32, 0.995, 0.0);
  return (u * values.asDiagonal() * v.transpose()).cast<float>();
}

void warm_projection(benchmark::State& state) {
  const ProductThreads threads(2);
  const Index n = state.range(0);
  const Matrix<float> start = with_values_above_one(n);
  const Matrix<float> move = gaussian(n, "step").cast<float>() * (1e-3F / static_cast<float>(n));
  SpectralBallProjection<float> projection({.rate = 1.0});
  Matrix<float> w = start;
  projection.project(w);
  const Matrix<float> subspace = projection.state();
  // Each projection starts from the subspace of the matrix before a gradient step.
  w = start + move;
  const ProjectionReport report = projection.project(w);
  if (report.clipped < 32 || report.decomposed || spectral_norm_upper(w.cast<double>()) > 1.0 + 1e-4) {
    state.SkipWithError("the projection left the ball, or was not warm");
    return;
  }
  for (auto _ : state) {
    state.PauseTiming();
    projection.restore(subspace);
    w = start + move;
    state.ResumeTiming();
    benchmark::DoNotOptimize(projection.project(w).clipped);
  }
  state.counters["iterations"] = report.iterations;
}
BENCHMARK(warm_projection)
    ->Name("projection")
    ->Arg(256)
    ->Arg(1024)
    ->Arg(2048)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace unrecur

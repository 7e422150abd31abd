// What is estimated along data never exceeds what is proved for all data: on random cells of every kind.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/estimates/gains.h"
#include "theory/estimates/lyapunov.h"
#include "theory/estimates/pair_ascent.h"

namespace unrecur {
namespace {

constexpr double kInputBound = 0.7;

struct Estimates {
  double lyapunov;
  Index counted;
  std::vector<KStepGain> gains;
  std::vector<PairRatio> ratios;
};

Estimates estimate(const Cell<double>& cell, std::mt19937_64& engine) {
  const CellSystem system(cell);
  const std::vector<Matrix<double>> x{testing::random_matrix<double>(cell.shape().input, 220, engine, kInputBound)};
  const std::vector<Index> orders{1, 3, 8};
  const auto windows = sample_windows(system, x, {.length = 8, .count = 4, .settle = 10});
  const LyapunovSpectrum spectrum = lyapunov_spectrum(system, x, {.exponents = 1, .transient = 20});
  return {spectrum.exponents.at(0).value, spectrum.counted, k_step_gains(system, windows, orders).gains,
          climb_pairs(system, windows, orders, {.starts = 3, .iterations = 10}).ratios};
}

/// Compares with one certificate. Of T steps √κ may be lost once in converting norms, so it costs ln √κ / T.
void expect_below(const Estimates& found, const Certificate& certificate) {
  const double log_rate = std::log(certificate.rate.value);
  const double price = std::log(certificate.norm.to_euclidean() * certificate.norm.from_euclidean());
  EXPECT_LE(found.lyapunov, log_rate + price / static_cast<double>(found.counted) + 1e-9) << certificate.method;
  for (const KStepGain& g : found.gains) {
    EXPECT_LE(std::log(g.gain.value), static_cast<double>(g.steps) * log_rate + price + 1e-7) << certificate.method;
  }
  for (const PairRatio& r : found.ratios) {
    // Images differ by a rounding of states of order 1, which the least distance of 1e-4 turns into 1e-12.
    const double bound = std::exp(static_cast<double>(r.steps) * log_rate + price);
    EXPECT_LE(r.worst.value, bound * (1.0 + 1e-6) + 1e-11) << certificate.method;
  }
}

TEST(EstimatesAndProofs, NoEstimateExceedsACertifiedRate) {
  std::mt19937_64 engine(81);
  int compared = 0, contracting = 0;
  for (const testing::CellCase& c : testing::all_cell_cases()) {
    for (const double scale : {0.05, 0.2, 0.5}) {
      for (int trial = 0; trial < 3; ++trial) {
        const auto cell = testing::random_cell<double>(c, 2, 2 + trial, engine, scale);
        const auto certificates = testing::certificates_of(bound_rate(*cell, {.inputs = InputSet::box(kInputBound)}));
        if (certificates.empty()) continue;
        const Estimates found = estimate(*cell, engine);
        for (const Certificate& certificate : certificates) {
          expect_below(found, certificate);
          ++compared;
          contracting += certificate.rate.value < 1.0 ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GT(compared, 300);
  EXPECT_GT(contracting, 150);
}

TEST(EstimatesAndProofs, MeetWhereTheRateIsExact) {
  // h' = λ h + x: rate, exponent, gains and ratios are all λ, so 0.999 λ must not pass.
  const auto cell = make_cell<double>("linear", 1, 1, {});
  cell->parameters()[0].value(0) = 1.0;
  cell->parameters()[1].value(0) = 0.8;
  std::mt19937_64 engine(82);
  const Estimates found = estimate(*cell, engine);
  EXPECT_NEAR(std::exp(found.lyapunov), 0.8, 1e-12);
  EXPECT_NEAR(found.gains[2].root.value, 0.8, 1e-12);
  EXPECT_NEAR(std::pow(found.ratios[2].worst.value, 1.0 / 8.0), 0.8, 1e-9);
  for (const Certificate& certificate : testing::certificates_of(bound_rate(*cell))) {
    EXPECT_GT(std::exp(found.lyapunov), 0.999 * certificate.rate.value) << certificate.method;
  }
}

}  // namespace
}  // namespace unrecur

#include "theory/certificates/best_conditioned.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/models/random_model.h"
#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/rounding.h"
#include "theory/check/check.h"
#include "theory/gated/gru_rates.h"
#include "theory/gated/lstm_rates.h"

namespace unrecur {
namespace {

Index context_of(const Certificate& certificate, double epsilon) {
  const Reach reach{.euclidean = kInfinity, .box = kInfinity, .limits = certificate.domain.limits};
  return certificate_bound(certificate, reach, GapNorm::euclidean).context(epsilon).value();
}

/// The certificate of the Perron vector of a comparison matrix.
Certificate of_perron(const Matrix<double>& m, const Domain& domain) {
  const Vector<double> v = perron_witness(m);
  return *proved_certificate("comparison_matrix", Norm::weighted_inf(v), largest_ratio_up(product_up(m, v), v), domain);
}

TEST(FlatWitness, UnitsThatHardlyActOnEachOtherCostNoContext) {
  // Two units with z = 0.9 and 0.3, and a millionth of recurrence between them: the Perron vector has weights apart by
  // about as much, the norm max |h_j| costs nothing.
  const auto cell = make_cell<double>("gru", 1, 2, {{"reset", "after"}});
  Matrix<double>& r = cell->parameters()[1].value;
  r(4, 1) = r(5, 0) = 1e-6;
  cell->parameters()[2].value << 0.0, 0.0, 2.2, -0.85, 0.5, 0.5;
  const LayerReport report = check(*cell, {.inputs = InputSet::box(0.0), .methods = {"comparison_matrix"}});
  ASSERT_TRUE(report.context && report.best() != nullptr);
  // ln(0.65/0.001)/−ln σ(2.2) = 62
  EXPECT_LE(report.context->steps, 66);
  const auto gru = boxed_gru(*cell, InputSet::box(0.0));
  const GruComparison ends = gru_comparison(gru->weights, gru->reset, gru->box);
  EXPECT_GT(context_of(of_perron(ends.at_high, gru->domain), 1e-3), 150);
}

TEST(FlatWitness, NeverNeedsMoreContextThanThePerronVector) {
  std::mt19937_64 engine(95);
  int contracting = 0, shorter = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const auto cell = testing::random_cell<double>({"lstm", {}}, 2, 2 + trial % 8, engine, 0.05 + 0.05 * (trial % 5));
    const auto lstm = boxed_lstm(*cell, InputSet::box(0.5));
    ASSERT_TRUE(lstm);
    const auto chosen = certify_lstm_comparison(*lstm);
    const Certificate perron = of_perron(lstm_comparison(lstm->weights, lstm->box), lstm->domain);
    ASSERT_TRUE(chosen);
    EXPECT_LE(chosen->rate.value, certify_delta_iss(*lstm)->rate.value * (1.0 + 1e-12));
    if (!(perron.rate.value < 1.0)) continue;
    ++contracting;
    const Index with = context_of(*chosen, 1e-6), without = context_of(perron, 1e-6);
    EXPECT_LE(with, without + 1) << trial;
    shorter += with < without ? 1 : 0;
  }
  std::cout << shorter << " of " << contracting << " contexts shorter\n";
  EXPECT_GT(contracting, 100);
  EXPECT_GT(shorter, 5) << "dense random matrices have flat Perron vectors as it is; some have not";
}

TEST(FlatWitness, ResolventsArePositiveAndBoundTheRadius) {
  std::mt19937_64 engine(96);
  for (int trial = 0; trial < 50; ++trial) {
    const Index n = 1 + trial % 6;
    const Matrix<double> m = testing::random_matrix<double>(n, n, engine).cwiseAbs();
    const Vector<double> v = perron_witness(m);
    const double radius = ((m * v).array() / v.array()).maxCoeff(), high = 1.5 * radius;
    const auto found = resolvent_witnesses(m, radius, high);
    EXPECT_FALSE(found.empty());
    for (const Vector<double>& w : found) {
      EXPECT_GT(w.minCoeff(), 0.0);
      EXPECT_LE(((m * w).array() / w.array()).maxCoeff(), high * (1.0 + 1e-9));
    }
  }
  EXPECT_TRUE(resolvent_witnesses(Matrix<double>::Identity(2, 2), 1.0, 1.0).empty());
}

}  // namespace
}  // namespace unrecur

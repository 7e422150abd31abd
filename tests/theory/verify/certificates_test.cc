// What the search certifies, the verifier proves again, and hardly more.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/models/random_model.h"
#include "tests/theory/verify/verify_fixture.h"
#include "theory/check/rate_bound.h"
#include "theory/proofs/claim_of.h"

namespace unrecur::verify_test {
namespace {

using testing::random_cell;
using testing::random_matrix;

TEST_F(Verify, AcceptsEveryCertificateOfTheLadderAndNothingBelowIt) {
  const std::vector<Attributes> maps{{{"activation", "tanh"}},
                                     {{"activation", "relu"}, {"leak", "0.3"}},
                                     {{"activation", "sigmoid"}, {"leak", "0.7"}},
                                     {{"activation", "identity"}}};
  int accepted = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const bool linear = trial % 5 == 4;
    const auto cell = random_cell<double>({linear ? "linear" : "elman", linear ? Attributes{} : maps[trial % 4]}, 2,
                                          3 + trial % 6, engine_, trial % 3 == 0 ? 0.2 : 0.5);
    for (const UpperRateBound& upper : bound_rate(*cell).upper) {
      if (!upper.certificate) continue;
      Claim claim = verify::claim_of(*upper.certificate, 2);
      EXPECT_TRUE(holds(*cell, claim)) << upper.method << ": " << reason(*cell, claim);
      ++accepted;
      // The plain and the weighted norms are tight; the metric of the Lyapunov equation need not be, and that of an LMI
      // is tight for its multipliers up to the margin of the proof.
      if (upper.method == "lyapunov_equation" || upper.method == "lmi") continue;
      claim.rate *= 1.0 - 1e-9;
      EXPECT_FALSE(holds(*cell, claim)) << upper.method;
    }
  }
  EXPECT_GT(accepted, 200);
}

TEST_F(Verify, AcceptsEveryCertificateOfGatedCells) {
  std::map<std::string, int> accepted;
  for (int trial = 0; trial < 60; ++trial) {
    const bool lstm = trial % 2 == 0;
    const Attributes attributes =
        lstm ? Attributes{{"recurrent_bias", "true"}} : Attributes{{"reset", trial % 4 == 1 ? "after" : "before"}};
    const auto cell = random_cell<double>({lstm ? "lstm" : "gru", attributes}, 3, 2 + trial % 7, engine_,
                                          trial % 3 == 0 ? 0.6 : 0.15);
    RateOptions options;
    options.inputs = trial % 5 == 0 ? InputSet::columns(random_matrix<double>(3, 4, engine_)) : InputSet::box(0.7);
    for (const UpperRateBound& upper : bound_rate(*cell, options).upper) {
      if (!upper.certificate) continue;
      Claim claim = verify::claim_of(*upper.certificate, 3);
      verify::add_context(claim, *upper.certificate, 1e-3);
      EXPECT_TRUE(holds(*cell, claim)) << cell->kind() << " " << upper.method << ": " << reason(*cell, claim);
      EXPECT_EQ(claim.context.has_value(), upper.certificate->rate.value < 1.0);
      ++accepted[upper.method];
      // Not tight for the claim's norm, of which the verifier proves what coupled_comparison does.
      const bool tight = upper.method == "coupled_comparison" || upper.method == "block_2norm";
      if (!tight) continue;
      claim.rate *= 0.999;
      claim.context.reset();
      EXPECT_FALSE(holds(*cell, claim)) << cell->kind() << " " << upper.method;
    }
  }
  for (const char* method : {"miller_hardt", "delta_iss", "comparison_matrix", "coupled_comparison", "block_2norm"}) {
    EXPECT_GT(accepted[method], 20) << method;
  }
}

TEST_F(Verify, AcceptsEveryCertificateOfStacksAndNothingBelowIt) {
  const testing::CellCase kinds[]{{"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                                  {"stack", {{"layers", "3"}, {"layer", "lstm"}, {"width", "2,4,3"}}},
                                  {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "after"}, {"width", "3,1"}}},
                                  {"stack", {{"layers", "3"}, {"layer", "gru"}, {"reset", "after"}}},
                                  {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "before"}}},
                                  {"stack", {{"layers", "3"}, {"layer", "elman"}, {"leak", "0.3"}}}};
  int accepted = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const auto cell = random_cell<double>(kinds[trial % 4], 2, 1 + trial % 5, engine_, trial % 3 == 0 ? 0.6 : 0.2);
    RateOptions options{.inputs = InputSet::box(0.5)};
    if (trial % 5 == 0) options.inputs = InputSet::columns(random_matrix<double>(2, 4, engine_));
    for (const UpperRateBound& upper : bound_rate(*cell, options).upper) {
      if (!upper.certificate) continue;
      Claim claim = verify::claim_of(*upper.certificate, 2);
      const bool boxed = !claim.limits.empty();
      verify::add_context(claim, *upper.certificate, 1e-3);
      EXPECT_TRUE(holds(*cell, claim)) << trial << ": " << reason(*cell, claim);
      EXPECT_EQ(claim.context.has_value(), boxed && upper.certificate->rate.value < 1.0);
      ++accepted;
      claim.context.reset();
      Claim lower = claim;
      lower.rate *= 0.95;  // a twentieth is what joining the layers may cost
      lower.rate -= 0.06 * std::abs(1.0 - claim.rate);
      EXPECT_FALSE(holds(*cell, lower)) << trial;
      if (!boxed) continue;
      Claim smaller = claim;
      smaller.limits[static_cast<std::size_t>(trial) % smaller.limits.size()] *= 0.3;
      EXPECT_FALSE(holds(*cell, smaller)) << trial << ": a smaller box is left";
    }
  }
  EXPECT_EQ(accepted, 60);
}

}  // namespace
}  // namespace unrecur::verify_test

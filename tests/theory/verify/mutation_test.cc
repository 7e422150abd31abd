// Certificates, mutated: verify must reject each one whose witness no longer proves its claim.
#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <random>

#include "tests/models/random_model.h"
#include "tests/theory/claim_oracle.h"
#include "theory/check/rate_bound.h"
#include "theory/proofs/claim_of.h"

namespace unrecur::mutation_test {
namespace {

using verify::Claim;

bool holds(const Cell<double>& cell, const Claim& claim) {
  return verify::verify({cell.kind(), cell.attributes(), &cell.parameters()}, claim).proved;
}

/// A certified claim and the cell it is about.
struct Case {
  std::unique_ptr<Cell<double>> cell;
  Claim claim;
  std::string method;
};

std::vector<Case> cases_of(const testing::CellCase& kind, int trial, std::mt19937_64& engine) {
  const double bound = 0.25 * (1 + trial % 4);
  const auto cell = testing::random_cell<double>(kind, 3, 1 + trial % 6, engine, trial % 2 == 0 ? 0.15 : 0.6);
  RateOptions options{.inputs = InputSet::box(bound)};
  options.methods = {"one_norm",     "inf_norm",  "spectral_norm",     "perron",      "diagonal_2norm",
                     "miller_hardt", "delta_iss", "comparison_matrix", "block_2norm", "coupled_comparison"};
  std::vector<Case> cases;
  for (const UpperRateBound& upper : bound_rate(*cell, options).upper) {
    if (upper.certificate) cases.push_back({cell->clone(), verify::claim_of(*upper.certificate, 3), upper.method});
  }
  return cases;
}

/// Every number of the witness.
std::vector<double*> numbers_of(Claim& claim) {
  std::vector<double*> numbers{&claim.rate};
  for (auto* list : {&claim.weights, &claim.limits, &claim.scales}) {
    for (double& x : *list) numbers.push_back(&x);
  }
  if (!claim.scales.empty()) numbers.push_back(&claim.scaled_norm);
  if (claim.split > 0.0) numbers.push_back(&claim.split);
  return numbers;
}

constexpr const char* kMutations[]{"rate lowered", "bit flipped",  "weight changed",
                                   "gate changed", "domain wider", "box smaller"};

/// Changes the claim or the cell in one of these ways.
void mutate(Case& c, std::size_t way, std::mt19937_64& engine) {
  Matrix<double>& w = *find_parameter(c.cell->parameters(), "weight_hh_l0");
  const auto pick = [&](auto size) { return static_cast<std::size_t>(engine() % static_cast<std::uint64_t>(size)); };
  const double strength = std::exp2(-static_cast<double>(engine() % 12));
  if (way == 0) c.claim.rate *= 1.0 - 0.5 * strength;
  if (way == 1) {
    const auto numbers = numbers_of(c.claim);
    double& x = *numbers[pick(numbers.size())];
    x = std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) ^ (std::uint64_t{1} << pick(64)));
  }
  if (way == 2) w(static_cast<Index>(pick(w.size()))) *= 1.0 + 4.0 * strength;
  if (way == 3) w.row(static_cast<Index>(pick(w.rows()))) *= 1.0 + strength;
  if (way == 4) {
    c.claim.inputs.low.array() -= strength;
    c.claim.inputs.high.array() += strength;
  }
  if (way == 5 && !c.claim.limits.empty()) c.claim.limits[pick(c.claim.limits.size())] *= 1.0 - strength;
}

TEST(Mutations, AThousandThatProveNothingAreRejected) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  const testing::CellCase kinds[]{{"linear", {}},
                                  {"elman", {}},
                                  {"lstm", {}},
                                  {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
                                  {"gru", {{"reset", "before"}}}};
  // Nearer than this to equality the oracle and the verifier, which rounds outwards, may differ.
  constexpr long double kBand = 1e-9L;
  std::mt19937_64 engine(81);
  std::map<std::string, int> rejected, still_true;
  int total = 0;
  for (int trial = 0; total < 1000; ++trial) {
    ASSERT_LT(trial, 2000) << "too few mutations matter";
    for (Case& original : cases_of(kinds[trial % 5], trial, engine)) {
      ASSERT_TRUE(holds(*original.cell, original.claim)) << original.method;
      ASSERT_GT(testing::slack_of(*original.cell, original.claim), -kBand) << original.method;
      const std::size_t way = engine() % std::size(kMutations);
      mutate(original, way, engine);
      const long double slack = testing::slack_of(*original.cell, original.claim);
      if (!(std::abs(slack) > kBand)) continue;
      const bool accepted = holds(*original.cell, original.claim);
      ASSERT_EQ(accepted, slack > 0.0L) << original.method << ": " << kMutations[way] << ", slack " << slack;
      if (slack < 0.0L) ++total;
      ++(slack < 0.0L ? rejected : still_true)[kMutations[way]];
    }
  }
  for (const char* way : kMutations) {
    std::cout << way << ": " << rejected[way] << " rejected, " << still_true[way] << " still true and accepted\n";
    EXPECT_GT(rejected[way], 20) << way;
  }
}

}  // namespace
}  // namespace unrecur::mutation_test

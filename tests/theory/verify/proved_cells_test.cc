#include <gtest/gtest.h>

#include "tests/models/random_model.h"
#include "theory/check/check.h"
#include "theory/proofs/claim_of.h"
#include "theory/slope/slope_map.h"

namespace unrecur::proved_cells_test {
namespace {

using testing::random_cell;

/// Cells that are proved by very different means: weights of many sizes, saturated gates, rows that are zero.
std::unique_ptr<Cell<double>> odd_cell(int trial, std::mt19937_64& engine) {
  static const std::vector<testing::CellCase> cases{
      {"linear", {}},
      {"elman", {{"activation", "tanh"}}},
      {"elman", {{"activation", "sigmoid"}}},
      {"elman", {{"activation", "relu"}}},
      {"elman", {{"activation", "tanh"}, {"leak", "0.3"}}},
      {"elman", {{"activation", "sigmoid"}, {"leak", "0.7"}}},
      {"lstm", {}},
      {"lstm", {{"recurrent_bias", "true"}}},
      {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
      {"gru", {{"reset", "before"}}},
      {"elman", {{"activation", "softsign"}}},
      {"elman", {{"activation", "leaky_relu"}, {"activation_slope", "0.3"}}},
      {"elman", {{"activation", "hard_sigmoid"}, {"activation_slope", "0.2"}}},
      {"lstm", {{"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}}},
      {"lstm",
       {{"gates", "hard_sigmoid"}, {"gates_slope", "0.16666666666666666"}, {"candidate", "relu"}, {"output", "relu"}}},
      {"gru", {{"reset", "after"}, {"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}, {"candidate", "softsign"}}},
      {"gru",
       {{"reset", "before"},
        {"gates", "hard_sigmoid"},
        {"gates_slope", "0.2"},
        {"candidate", "elu"},
        {"candidate_slope", "1"}}}};
  const auto& which = cases[static_cast<std::size_t>(trial) % cases.size()];
  const double scale = 0.1 + 0.1 * (trial % 7);
  auto cell = random_cell<double>(which, 2, 1 + trial % 5, engine, scale);
  if (cell->parameters().size() < 3) return cell;
  Matrix<double>& bias = cell->parameters()[2].value;
  const int twist = trial / 17 % 6;
  if (twist == 1) bias.array() -= 60.0;
  if (twist == 2) bias.bottomRows(bias.rows() / 2).array() += 60.0;
  if (twist == 3) bias.topRows(bias.rows() / 3).array() -= 900.0;
  if (twist == 4) cell->parameters()[1].value.topRows(1).setZero();
  if (twist == 5) {
    for (auto& p : cell->parameters()) p.value.middleRows(p.value.rows() / 2, p.value.rows() / 4).setZero();
  }
  return cell;
}

TEST(ProvedCells, EachHasACertificateThatTheVerifierAcceptsWithItsContext) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  std::mt19937_64 engine(91);
  int proved = 0;
  for (int trial = 0; trial < 408; ++trial) {
    const auto cell = odd_cell(trial, engine);
    const LayerReport report = check(*cell, {.inputs = InputSet::box(0.5), .explain = false});
    if (report.verdict != Verdict::proved) continue;
    ++proved;
    // Every one of them, not only the best: the message of a refused one would deny what is proved.
    for (const UpperRateBound& bound : report.bounds.upper) {
      if (!bound.certificate || !(bound.certificate->rate.value < 1.0)) continue;
      verify::Claim claim = verify::claim_of(*bound.certificate, 2, invariant_box(*cell));
      verify::add_context(claim, *bound.certificate, 1e-3);
      const auto finding = verify::verify({cell->kind(), cell->attributes(), &cell->parameters()}, claim);
      EXPECT_TRUE(finding.proved) << "trial " << trial << ", " << cell->kind() << ", " << bound.method << ": "
                                  << finding.reason;
    }
  }
  EXPECT_GT(proved, 170);
}

}  // namespace
}  // namespace unrecur::proved_cells_test

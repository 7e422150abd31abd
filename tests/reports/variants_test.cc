#include "reports/results/variants.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "reports/results/loss_table.h"
#include "reports/sections/gap/bound_check.h"
#include "reports/sections/gap/verdicts.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::variants_test {
namespace {

using unrecur::testing::store_result;
using unrecur::testing::store_synthetic_results;
using unrecur::testing::synthetic_gap_result;
using unrecur::testing::TemporaryFolder;

std::vector<StoredResult> synthetic() {
  const TemporaryFolder folder;
  store_synthetic_results(folder.path());
  return read_results(folder.path()).results;
}

TEST(Variants, GroupsByTaskAndConfiguration) {
  const std::vector<StoredResult> results = synthetic();
  const std::vector<Variant> variants = variants_of(results);
  ASSERT_EQ(variants.size(), 4u);
  EXPECT_EQ(tasks_of(variants), (std::vector<std::string>{"jsb", "teacher"}));
  EXPECT_EQ(variants[0].label, "unconstrained");
  EXPECT_EQ(variants[1].label, "stable (spectral)");
  EXPECT_EQ(variants[1].key, "stable-spectral");
  EXPECT_EQ(variants[0].results.size(), 2u);
  EXPECT_EQ(variants[1].results.size(), 3u);
}

TEST(Variants, OfAPartOfATextStandTogetherBehindThoseOfAllOfIt) {
  const TemporaryFolder folder;
  for (const int symbols : {0, 200000, 1000000}) {
    for (const char* set : {"none", "spectral"}) {
      auto result = synthetic_gap_result("ptb-char", set, 0);
      if (symbols > 0) result["config"]["train_symbols"] = symbols;
      store_result(folder.path(), set + std::to_string(symbols), result);
    }
  }
  const ResultStore store = read_results(folder.path());
  std::vector<std::string> order;
  for (const Variant& variant : variants_of(store.results)) {
    order.push_back(text_or(variant.config(), "stable_set") + " " + text_or(variant.config(), "train_symbols", "all"));
  }
  EXPECT_EQ(order, (std::vector<std::string>{"none all", "spectral all", "none 200000", "spectral 200000",
                                             "none 1000000", "spectral 1000000"}));
}

TEST(Variants, NamesWhatTellsThemApart) {
  const TemporaryFolder folder;
  for (const int hidden : {50, 100}) {
    auto result = synthetic_gap_result("jsb", "spectral", 0);
    result["config"]["hidden"] = hidden;
    store_result(folder.path(), "job" + std::to_string(hidden), result);
  }
  const ResultStore store = read_results(folder.path());
  const std::vector<Variant> variants = variants_of(store.results);
  ASSERT_EQ(variants.size(), 2u);
  EXPECT_EQ(variants[0].label, "stable (spectral), hidden 100");
  EXPECT_EQ(variants[1].label, "stable (spectral), hidden 50");
}

/// Models with names of their own are called by them, and by no more than tells those of one name apart.
TEST(Variants, NamesModelsAsTheirConfigurationDoes) {
  const TemporaryFolder folder;
  const auto store = [&](const std::string& model, const std::string& set, int hidden, double dropout) {
    auto result = synthetic_gap_result("jsb", set, 0);
    result["config"]["model"] = model;
    result["config"]["hidden"] = hidden;
    result["config"]["dropout_between"] = dropout;
    store_result(folder.path(), model + set + std::to_string(hidden), result);
  };
  store("wide", "none", 100, 0.0);
  store("deep", "none", 50, 0.2);
  store("deep", "spectral", 50, 0.2);
  store("deep", "spectral", 60, 0.2);
  const ResultStore stored = read_results(folder.path());
  std::set<std::string> labels;
  for (const Variant& variant : variants_of(stored.results)) labels.insert(variant.label);
  EXPECT_EQ(labels,
            (std::set<std::string>{"wide, unconstrained", "deep, unconstrained", "deep, stable (spectral), hidden 50",
                                   "deep, stable (spectral), hidden 60"}));
}

TEST(Variants, FindsTheMissingSeed) {
  const std::vector<StoredResult> results = synthetic();
  const std::vector<NotRun> missing = missing_seeds(variants_of(results));
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].what, "gap, JSB Chorales, unconstrained, seed 2");
}

TEST(Variants, PairsSeedsThatBothHave) {
  const std::vector<StoredResult> results = synthetic();
  const std::vector<Variant> variants = variants_of(results);
  const auto pairs = paired(variants[0], variants[1], "test_nll");
  ASSERT_EQ(pairs.size(), 2u);
  for (const auto& [unconstrained, stable] : pairs) EXPECT_NEAR(unconstrained - stable, 0.15, 1e-12);
  EXPECT_EQ(partner_of(variants[1], variants), &variants[0]);
  EXPECT_EQ(partner_of(variants[3], variants), &variants[2]);
}

TEST(Variants, CurvesAreEverySeedAndTheirMean) {
  const std::vector<StoredResult> results = synthetic();
  const std::vector<Variant> variants = variants_of(results);
  Figure figure;
  ASSERT_TRUE(add_curves(figure, variants[1], "bound_proposition3", {"b", "bound", Kind::measured, 2}));
  EXPECT_FALSE(add_curves(figure, variants[0], "bound_proposition3", {"c", "none", Kind::measured, 3}));
  ASSERT_EQ(figure.families.size(), 1u);
  EXPECT_EQ(figure.families[0].kind, Kind::upper);  // from the series, whatever the caller said
  ASSERT_EQ(figure.curves.size(), 4u);
  EXPECT_FALSE(figure.curves[0].seed);
  double sum = 0;
  for (int c = 1; c < 4; ++c) sum += figure.curves[c].y[9];
  EXPECT_DOUBLE_EQ(figure.curves[0].y[9], sum / 3);
}

TEST(GapVerdicts, FollowTheRules) {
  using Standing = ClaimOutcome::Standing;
  const TemporaryFolder folder;
  auto stable = synthetic_gap_result("jsb", "spectral", 0);
  const auto standings = [&] {
    store_result(folder.path(), "a", stable);
    store_result(folder.path(), "b", synthetic_gap_result("jsb", "none", 0));
    const ResultStore store = read_results(folder.path());
    const auto outcomes = gap::verdicts(variants_of(store.results));
    return std::pair(outcomes.at("C1").standing, outcomes.at("C8").standing);
  };
  EXPECT_EQ(standings(), std::pair(Standing::holds, Standing::holds));
  stable["metrics"]["test_nll"] = 8.75 * 1.019;
  EXPECT_EQ(standings().first, Standing::holds);
  stable["metrics"]["test_nll"] = 8.75 * 1.021;
  EXPECT_EQ(standings().first, Standing::fails);
  stable["metrics"]["decay_rate"] = 0.951;
  EXPECT_EQ(standings().second, Standing::fails);
  stable["metrics"].erase("decay_rate");
  EXPECT_EQ(standings().second, Standing::open);
  stable["metrics"]["decay_rate"] = 0.95;
  EXPECT_EQ(standings().second, Standing::holds);
  for (auto& series : stable["series"]) {
    // Above the bound by less than the rounding floor: the rule does not allow for that.
    if (series["name"] == "bound_certificate") series["y"][63] = 1e-17;
  }
  EXPECT_EQ(standings().second, Standing::fails);
}

TEST(BoundCheck, CountsEveryViolation) {
  const TemporaryFolder folder;
  auto result = synthetic_gap_result("jsb", "spectral", 0);
  store_result(folder.path(), "a", result);
  ResultStore store = read_results(folder.path());
  gap::BoundCheck check = gap::check_bounds(variants_of(store.results)[0]);
  EXPECT_EQ(check.compared, 128u);
  EXPECT_EQ(check.violations, 0u);
  EXPECT_GT(check.tightest, 0);
  EXPECT_LT(check.tightest, 1);

  for (auto& series : result["series"]) {
    if (series["name"] == "state_gap_max") series["y"][20] = 1e4;  // above both bounds
  }
  store_result(folder.path(), "a", result);
  store = read_results(folder.path());
  check = gap::check_bounds(variants_of(store.results)[0]);
  EXPECT_EQ(check.violations, 2u);
  EXPECT_GT(check.tightest, 1);
}

}  // namespace
}  // namespace unrecur::reports::variants_test

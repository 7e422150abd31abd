#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/results/section.h"
#include "reports/sections/theorems/checks.h"
#include "reports/sections/truncated/orders.h"
#include "reports/sections/truncated/paths.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::truncated_test {
namespace {

using nlohmann::json;
using Standing = ClaimOutcome::Standing;
using unrecur::testing::store_result;
using unrecur::testing::synthetic_gap_result;
using unrecur::testing::TemporaryFolder;

json curve(const std::string& name, const std::string& x_name, const std::vector<double>& y) {
  std::vector<double> x;
  for (std::size_t i = 0; i < y.size(); ++i) x.push_back(static_cast<double>(i + 1));
  return {{"name", name}, {"x_name", x_name}, {"y_name", "y"}, {"x", x}, {"y", y}, {"side", "measured"}};
}

/// Results of one experiment, added one after another.
class Results {
 public:
  void add(const json& config, const json& metrics, const json& series, int seed = 1) {
    json result = synthetic_gap_result("jsb", "none", seed);
    result["experiment"] = "any";
    result["config"] = config;
    result["metrics"] = metrics;
    result["series"] = series;
    store_result(folder_.path(), "job" + std::to_string(++jobs_), result);
  }
  const std::vector<Variant>& variants() {
    store_ = read_results(folder_.path());
    variants_ = variants_of(store_.results);
    return variants_;
  }
  std::span<const StoredResult> stored() const { return store_.results; }

 private:
  TemporaryFolder folder_;
  ResultStore store_;
  std::vector<Variant> variants_;
  int jobs_ = 0;
};

void add_order(Results& results, const std::string& cell, int order, double loss) {
  json series = json::array();
  if (order == 0) series.push_back(curve("test_nll_truncated", "k", {9.0, 8.5}));
  results.add({{"task", "jsb"}, {"cell", cell}, {"stable_set", "none"}, {"order", order}}, {{"test_nll", loss}},
              series);
}

TEST(OrdersSection, TruncationCostsLittleWithinTwoPercentFromOrderSixteenOn) {
  for (const bool little : {true, false}) {
    Results results;
    for (const std::string cell : {"elman", "lstm"}) {
      add_order(results, cell, 0, 8.0);
      add_order(results, cell, 1, 9.5);
      add_order(results, cell, 16, 8.1);
      add_order(results, cell, 32, cell == "lstm" && !little ? 8.2 : 8.15);
    }
    EXPECT_EQ(truncated::truncation_costs_little(results.variants()).standing,
              little ? Standing::holds : Standing::fails);
    const SectionContent content = truncated::order_section({results.stored(), nullptr}, "fig4b");
    ASSERT_EQ(content.answers.size(), 1U);
    EXPECT_NE(content.answers.front().find("8.1 ($k$ = 16)"), std::string::npos) << content.answers.front();
  }
}

TEST(OrdersSection, TheClaimStaysOpenWithoutTheRecurrentModel) {
  Results results;
  add_order(results, "elman", 0, 8.0);
  add_order(results, "elman", 16, 8.0);
  add_order(results, "lstm", 16, 8.0);
  EXPECT_EQ(truncated::truncation_costs_little(results.variants()).standing, Standing::open);
}

ClaimOutcome paths_of(const std::vector<double>& five, const std::vector<double>& thirty_five) {
  Results results;
  results.add({{"task", "ptb-word"}, {"cell", "elman"}}, {{"path_length", 10.0}},
              {curve("distance_k5", "step", five), curve("distance_k35", "step", thirty_five),
               curve("path_length", "step", {0.0, 5.0, 10.0})});
  return truncated::paths_stay_close(results.variants());
}

TEST(PathsSection, ClosePathsFallWithTheOrderAndSlowDown) {
  EXPECT_EQ(paths_of({0, 3, 4}, {0, 1, 1.5}).standing, Standing::holds);
  EXPECT_EQ(paths_of({0, 3, 4}, {0, 3, 4.5}).standing, Standing::fails) << "farther at the larger order";
  EXPECT_EQ(paths_of({0, 3, 4}, {0, 2, 2.5}).standing, Standing::fails) << "more than half";
  EXPECT_EQ(paths_of({0, 1, 4}, {0, 1, 1.5}).standing, Standing::fails) << "the second half adds more";
}

json theorem_series(double weight_bound) {
  return {curve("state_gap", "k", {1.0, 0.5}),
          curve("bound_proposition3", "k", {1.0, 0.5}),
          curve("gradient_gap", "k", {1.0, 0.5}),
          curve("bound_lemma1_parts", "k", {2.0, 1.0}),
          curve("bound_lemma1", "k", {2.0, 1.0}),
          curve("weight_distance_k4", "N", {0.1, 0.2}),
          curve("bound_recursion_k4", "N", {1.0, weight_bound}),
          curve("bound_proposition4_k4", "N", {1.0, 2.0})};
}

TEST(TheoremsSection, OneMeasurementAboveItsBoundFailsTheClaim) {
  for (const bool holds : {true, false}) {
    Results results;
    results.add({{"cell", "linear"}, {"weights", "scalar"}, {"lambda", 0.8}},
                {{"rate_upper", 0.8}, {"decay_rate", 0.7}, {"prediction_gap_k4", 0.1}, {"bound_theorem1_k4", 0.2}},
                theorem_series(holds ? 0.2 : 0.19));
    const auto outcomes = theorems::verdicts(results.variants());
    EXPECT_EQ(outcomes.at("C7").standing, holds ? Standing::holds : Standing::fails);
    EXPECT_EQ(outcomes.at("C8").standing, Standing::holds);
    EXPECT_EQ(outcomes.at("C8 unstable").standing, Standing::open);
    EXPECT_NE(find_section("theorems")->render({results.stored(), nullptr}).blocks.size(), 0U);
  }
}

TEST(TheoremsSection, ADecaySlowerThanTheRateFailsTheClaim) {
  Results results;
  results.add({{"cell", "linear"}, {"weights", "scalar"}, {"lambda", 0.8}}, {{"rate_upper", 0.8}, {"decay_rate", 0.81}},
              theorem_series(1.0));
  EXPECT_EQ(theorems::verdicts(results.variants()).at("C8").standing, Standing::fails);
}

TEST(TheoremsSection, EveryUnstableSystemHasToMissHalf) {
  for (const double latch : {0.96, 0.4}) {
    Results results;
    for (const std::string cell : {"integrator", "expanding", "latch"}) {
      results.add({{"cell", cell}}, {{"relative_gap_half_smallest", cell == "latch" ? latch : 0.5}}, json::array());
    }
    EXPECT_EQ(theorems::verdicts(results.variants()).at("C8 unstable").standing,
              latch > 0.5 ? Standing::holds : Standing::fails);
  }
}

}  // namespace
}  // namespace unrecur::reports::truncated_test

#include "reports/sections/table1/paper_table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reports/results/published.h"
#include "reports/sections/table1/cost.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::paper_table_test {
namespace {

using nlohmann::json;
using unrecur::testing::store_result;
using unrecur::testing::synthetic_gap_result;

class PaperTable : public ::testing::Test {
 protected:
  void add(const std::string& task, const std::string& cell, const std::string& set, const json& metrics,
           int seed = 1) {
    json result = synthetic_gap_result(task, set, seed);
    result["experiment"] = "table1";
    result["config"] = {{"task", task}, {"cell", cell}, {"stable_set", set}};
    result["metrics"] = metrics;
    result["series"] = json::array();
    store_result(folder_.path(), "job" + std::to_string(++jobs_), result);
  }
  const std::vector<Variant>& variants() {
    store_ = read_results(folder_.path());
    variants_ = variants_of(store_.results);
    return variants_;
  }

  unrecur::testing::TemporaryFolder folder_;
  ResultStore store_;
  std::vector<Variant> variants_;
  int jobs_ = 0;
};

TEST_F(PaperTable, HasOursAbovePublishedAndSaysWhichIsBetter) {
  add("jsb", "elman", "none", {{"test_nll", 8.5}, {"valid_nll", 8.4}});       // published 8.9: better
  add("jsb", "lstm", "none", {{"test_nll", 8.6}, {"valid_nll", 8.4}});        // published 8.5: worse
  add("jsb", "elman", "spectral", {{"test_nll", 8.93}, {"valid_nll", 8.4}});  // published 8.9: the same as printed
  add("atis", "elman", "none", {{"test_f1", 95.7}, {"valid_f1", 95.0}});      // published 94.7: better, more is better
  const Table table = table1::paper_table(variants());
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0][0], "ATIS");
  EXPECT_EQ(table.rows[0][2], "**95.7\u00a0↑**\n94.7");
  EXPECT_EQ(table.tones[0][2], Tone::better);
  EXPECT_EQ(table.rows[1][2], "**8.5\u00a0↑**\n8.9");
  EXPECT_EQ(table.rows[1][3], "**8.93**\n8.9");
  EXPECT_EQ(table.tones[1][3], Tone::none);
  EXPECT_EQ(table.rows[1][4], "**8.6\u00a0↓**\n8.5");
  EXPECT_EQ(table.tones[1][4], Tone::worse);
  EXPECT_EQ(table.rows[1][5], "**–**\n8.5") << "a cell that was not run";
}

TEST_F(PaperTable, NamesTheStableSetThatTheValidationPartChose) {
  add("jsb", "lstm", "none", {{"test_nll", 8.4}, {"valid_nll", 8.3}});
  add("jsb", "lstm", "miller_hardt", {{"test_nll", 8.3}, {"valid_nll", 8.6}});  // better on the test part only
  add("jsb", "lstm", "comparison_matrix", {{"test_nll", 8.7}, {"valid_nll", 8.5}});
  const Table table = table1::paper_table(variants());
  EXPECT_EQ(table.rows[0][5], "**8.7\u00a0↓**\n8.5\n*comparison-matrix*");
}

TEST_F(PaperTable, PicturesHowMuchBetterEachCellIs) {
  add("jsb", "elman", "none", {{"test_nll", 8.9 * 0.9}, {"valid_nll", 8.4}}, 1);
  add("jsb", "elman", "none", {{"test_nll", 8.9 * 0.8}, {"valid_nll", 8.4}}, 2);
  add("atis", "elman", "none", {{"test_f1", 94.7 * 0.5}, {"valid_f1", 50.0}});
  const Figure figure = table1::paper_figure(variants());
  EXPECT_EQ(figure.x.names, (std::vector<std::string>{"ATIS", "JSB"}));
  ASSERT_EQ(figure.curves.size(), 1u);
  EXPECT_NEAR(figure.curves[0].y[0], -50.0, 1e-9);
  EXPECT_NEAR(figure.curves[0].y[1], 15.0, 1e-9);
  // Between the two seeds' values, 10 and 20, and as far below the mean as above it.
  EXPECT_GE(figure.curves[0].low[1], 10.0);
  EXPECT_LT(figure.curves[0].low[1], 12.0);
  EXPECT_NEAR(figure.curves[0].low[1] + figure.curves[0].high[1], 30.0, 1e-9);
  EXPECT_TRUE(figure.families[0].points);
}

TEST_F(PaperTable, ThePriceStandsAgainstTheStepsToAThousandth) {
  add("jsb", "lstm", "none", {{"test_nll", 8.0}, {"valid_nll", 8.0}});
  add("jsb", "lstm", "miller_hardt", {{"test_nll", 8.8}, {"valid_nll", 8.0}, {"rate_upper", 0.5}});
  add("jsb", "lstm", "block_2norm", {{"test_nll", 8.8}, {"valid_nll", 8.0}, {"rate_upper", 1.5}});  // nothing proved
  const Figure figure = table1::price_figure(variants());
  ASSERT_EQ(figure.curves.size(), 1u);
  ASSERT_EQ(figure.curves[0].x.size(), 1u);
  EXPECT_NEAR(std::pow(0.5, figure.curves[0].x[0]), 1e-3, 1e-12);
  EXPECT_NEAR(figure.curves[0].y[0], 10.0, 1e-9);
}

TEST_F(PaperTable, TheCostHasAnIntervalWhereThereAreSeedsAndNamesTheWorstTask) {
  for (const int seed : {1, 2}) {
    add("jsb", "elman", "none", {{"test_nll", 8.0}, {"valid_nll", 8.0}}, seed);
    add("jsb", "elman", "spectral", {{"test_nll", 8.0 + 0.08 * seed}, {"valid_nll", 8.0}}, seed);
  }
  add("ptb-char", "elman", "none", {{"test_bpc", 2.0}, {"valid_bpc", 2.0}});
  add("ptb-char", "elman", "spectral", {{"test_bpc", 2.1}, {"valid_bpc", 2.0}});
  EXPECT_EQ(table1::cost_of_stability(variants(), "elman"),
            "JSB +1.5\u00a0% [1.0, 2.0]; at worst PTB chars +5.0\u00a0%");
  EXPECT_EQ(table1::cost_of_stability(variants(), "lstm"), "");
}

}  // namespace
}  // namespace unrecur::reports::paper_table_test

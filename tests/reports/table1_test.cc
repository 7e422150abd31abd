#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/results/loss_table.h"
#include "reports/results/section.h"
#include "reports/sections/table1/price.h"
#include "reports/sections/table1/verdicts.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::table1_test {
namespace {

using nlohmann::json;
using unrecur::testing::store_result;
using unrecur::testing::synthetic_gap_result;
using unrecur::testing::TemporaryFolder;

/// Results of table1, added one variant after another.
class Results {
 public:
  void add(const std::string& task, const std::string& cell, const std::string& set, const std::string& measure,
           std::initializer_list<double> values, double valid) {
    int seed = 0;
    for (const double value : values) {
      json result = synthetic_gap_result(task, set, ++seed);
      result["experiment"] = "table1";
      result["config"] = {{"task", task}, {"cell", cell}, {"stable_set", set}, {"hidden", cell == "lstm" ? 7 : 9}};
      result["metrics"] = {{"test_" + measure, value}, {"valid_" + measure, valid}};
      result["notes"] = {{"projection_seconds", "2.5"}, {"training_seconds", "10"}};
      result["series"] = json::array({{{"name", "valid_" + measure},
                                       {"x_name", "epoch"},
                                       {"y_name", measure},
                                       {"x", {1, 2}},
                                       {"y", {9.0, value}},
                                       {"side", "measured"}}});
      store_result(folder_.path(), "job" + std::to_string(++jobs_), result);
    }
  }
  const std::vector<Variant>& variants() {
    store_ = read_results(folder_.path());
    variants_ = variants_of(store_.results);
    return variants_;
  }
  std::span<const StoredResult> stored() { return store_.results; }

 private:
  TemporaryFolder folder_;
  ResultStore store_;
  std::vector<Variant> variants_;
  int jobs_ = 0;
};

using Standing = ClaimOutcome::Standing;

TEST(Table1, LabelsTellCellsApartAndNotTheirOwnHyperparameters) {
  Results results;
  results.add("jsb", "lstm", "none", "nll", {8.4}, 8.3);
  results.add("jsb", "lstm", "miller_hardt", "nll", {8.5}, 8.4);
  results.add("jsb", "elman", "none", "nll", {8.7}, 8.6);
  std::vector<std::string> labels;
  for (const Variant& variant : results.variants()) labels.push_back(variant.label);
  EXPECT_EQ(labels,
            (std::vector<std::string>{"RNN, unconstrained", "LSTM, unconstrained", "LSTM, stable (miller-hardt)"}));
}

TEST(Table1, NetworksAreAlikeWithinTwoPercentOrOnePoint) {
  for (const bool alike : {true, false}) {
    Results results;
    results.add("jsb", "elman", "none", "nll", {8.0, 8.2}, 8.0);
    results.add("jsb", "elman", "spectral", "nll", {8.1, 8.3}, 8.1);
    results.add("atis", "elman", "none", "f1", {94.0, 95.0}, 95.0);
    results.add("atis", "elman", "spectral", "f1", {93.5, alike ? 94.0 : 92.9}, 94.0);
    const ClaimOutcome outcome = table1::verdicts(results.variants()).at("C1");
    EXPECT_EQ(outcome.standing, alike ? Standing::holds : Standing::fails) << outcome.evidence;
    EXPECT_NE(outcome.evidence.find("1.2 % worse"), std::string::npos) << outcome.evidence;
    EXPECT_NE(outcome.evidence.find("points worse"), std::string::npos) << outcome.evidence;
  }
}

TEST(Table1, TheClaimOnLstmsStaysOpenUntilALanguageModelIsThere) {
  Results results;
  results.add("jsb", "lstm", "none", "nll", {8.4}, 8.3);
  results.add("jsb", "lstm", "miller_hardt", "nll", {8.45}, 8.4);
  results.add("atis", "lstm", "none", "f1", {95.0}, 96.0);
  results.add("atis", "lstm", "miller_hardt", "f1", {94.5}, 95.0);
  const ClaimOutcome open = table1::verdicts(results.variants()).at("C2");
  EXPECT_EQ(open.standing, Standing::open);
  EXPECT_NE(open.evidence.find("missing: unconstrained and stable LSTMs on a language model"), std::string::npos)
      << open.evidence;
  results.add("wikitext-2", "lstm", "none", "perplexity", {100.0}, 100.0);
  results.add("wikitext-2", "lstm", "miller_hardt", "perplexity", {113.0}, 113.0);
  EXPECT_EQ(table1::verdicts(results.variants()).at("C2").standing, Standing::holds);
  // A sharper set that is best on the validation part, and does not trail, contradicts the claim.
  results.add("wikitext-2", "lstm", "comparison_matrix", "perplexity", {101.0}, 101.0);
  EXPECT_EQ(table1::verdicts(results.variants()).at("C2").standing, Standing::fails);
}

TEST(Table1, ValidationChoosesTheSet) {
  Results results;
  results.add("atis", "lstm", "miller_hardt", "f1", {99.0}, 90.0);
  results.add("atis", "lstm", "comparison_matrix", "f1", {95.0}, 96.0);
  EXPECT_EQ(text_or(table1::best_stable(results.variants(), "atis", "lstm")->config(), "stable_set"),
            "comparison_matrix");
  EXPECT_EQ(table1::best_stable(results.variants(), "atis", "elman"), nullptr);
}

TEST(Table1, PriceIsWhatThePapersSetCostsAndWhatIsWonBack) {
  Results results;
  results.add("wikitext-2", "lstm", "none", "perplexity", {100.0, 102.0}, 100.0);
  results.add("wikitext-2", "lstm", "miller_hardt", "perplexity", {120.0, 122.0}, 113.0);
  results.add("wikitext-2", "lstm", "comparison_matrix", "perplexity", {105.0, 107.0, 500.0}, 105.0);
  const Table table = table1::price_table(results.variants());
  ASSERT_EQ(table.rows.size(), 2U);
  const auto tail = [&](std::size_t row) {
    return std::vector<std::string>(table.rows[row].end() - 4, table.rows[row].end());
  };
  EXPECT_EQ(tail(0), (std::vector<std::string>{"2", "5", "75 %", "25 %"}));
  EXPECT_EQ(tail(1), (std::vector<std::string>{"2", "20", "–", "25 %"}));
  EXPECT_EQ(table1::price_sentence("wikitext-2", results.variants()),
            "Of what the paper's set costs here (*miller-hardt*; *delta-iss* for GRUs), stable (comparison-matrix) "
            "wins back 75 %. More than 100 % is "
            "a gain over no constraint.");
  EXPECT_EQ(table1::price_sentence("jsb", results.variants()), "");
}

TEST(Table1, AnOpenClaimSaysWhatIsMissing) {
  Results results;
  results.add("atis", "elman", "none", "f1", {95.0}, 96.0);
  results.add("atis", "lstm", "none", "f1", {95.0}, 96.0);
  const auto verdicts = table1::verdicts(results.variants());
  EXPECT_EQ(verdicts.at("C1").standing, Standing::open);
  EXPECT_NE(verdicts.at("C1").evidence.find("missing: an unconstrained and a stable RNN"), std::string::npos);
  EXPECT_EQ(verdicts.at("C2").standing, Standing::open);
  EXPECT_EQ(verdicts.at("C2").evidence,
            "missing: unconstrained and stable LSTMs on JSB Chorales, a stable LSTM on ATIS, unconstrained and stable "
            "LSTMs on a language model");
}

TEST(Table1, SectionHasPublishedNumbersAndCurves) {
  Results results;
  results.add("jsb", "elman", "none", "nll", {8.8, 8.7}, 8.0);
  results.add("jsb", "elman", "spectral", "nll", {8.6, 8.5}, 8.1);
  results.variants();
  const Section* section = find_section("table1");
  ASSERT_NE(section, nullptr);
  const SectionContent content = section->render({results.stored(), nullptr});
  ASSERT_EQ(content.answers.size(), 1U);
  EXPECT_NE(content.answers[0].find("difference −0.2"), std::string::npos) << content.answers[0];
  bool published = false, curves = false;
  for (const Block& block : content.blocks) {
    if (const auto* table = std::get_if<Table>(&block); table != nullptr && table->id == "table1-loss") {
      published = table->rows.at(0).at(5) == "8.9";
    }
    if (const auto* figure = std::get_if<Figure>(&block)) curves = curves || figure->curves.size() == 6;
  }
  EXPECT_TRUE(published);
  EXPECT_TRUE(curves);  // two seeds and their mean for each variant
}

}  // namespace
}  // namespace unrecur::reports::table1_test

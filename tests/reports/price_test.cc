#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "reports/blocks/numbers.h"
#include "reports/results/loss_table.h"
#include "reports/results/section.h"
#include "reports/sections/price/texts.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::price_test {
namespace {

using nlohmann::json;
using Standing = ClaimOutcome::Standing;

/// Results of made-up runs: lstm and lstm-2 at 1.50 and 1.52 bits on each text, and capped stacks at what is asked for.
class Runs {
 public:
  void add(const std::string& task, const std::string& model, const std::string& cap, double bits, int seed = 1,
           double rate = 0.985, int symbols = 0) {
    json result = testing::synthetic_gap_result(task, "none", seed);
    const bool capped = !cap.empty();
    result["experiment"] = "price";
    result["config"] = {{"task", task},
                        {"cell", capped ? "qrnn" : "lstm"},
                        {"model", model},
                        {"stable_set", capped && cap != "1.0" ? "capped" : "none"}};
    if (model.starts_with("lstm-")) result["config"]["layers"] = std::stoi(model.substr(5));
    result["metrics"] = {{"test_bpc", bits + 0.001 * seed}, {"valid_bpc", bits}};
    result["series"] = json::array();
    if (symbols > 0) result["config"]["train_symbols"] = symbols;
    if (capped) {
      result["config"]["cap"] = std::stod(cap);
      result["metrics"]["rate_proved_largest"] = rate;
      result["metrics"]["context"] = 1000.0 * std::stod(cap);
    }
    testing::store_result(folder_.path(), "job" + std::to_string(count_++), result);
  }

  /// The three texts, with the stack at these caps so much worse than the better LSTM.
  void add_all(double worse_098, double worse_09) {
    for (const char* task : {"ptb-char", "ptb-word", "wikitext-2"}) {
      add(task, "lstm", "", 1.50);
      add(task, "lstm-2", "", 1.52);
      add(task, "qrnn-4", "0.98", 1.50 * (1.0 + worse_098));
      add(task, "qrnn-4", "0.9", 1.50 * (1.0 + worse_098) * (1.0 + worse_09));
    }
  }

  std::map<std::string, ClaimOutcome> verdicts() {
    const ResultStore store = read_results(folder_.path());
    return price::verdicts(variants_of(store.results));
  }

  Table losses() {
    store_ = read_results(folder_.path());
    return loss_table("price", variants_of(store_.results));
  }

  const std::vector<StoredResult>& results() {
    store_ = read_results(folder_.path());
    return store_.results;
  }

  SectionContent section() {
    store_ = read_results(folder_.path());
    return find_section("price")->render({store_.results, nullptr});
  }

 private:
  unrecur::testing::TemporaryFolder folder_;
  ResultStore store_;
  int count_ = 0;
};

TEST(PriceVerdicts, FollowTheRulesOnEveryText) {
  Runs better, slightly_worse, much_worse;
  better.add_all(-0.02, 0.005);
  slightly_worse.add_all(0.008, 0.02);
  much_worse.add_all(0.012, 0.0);
  EXPECT_EQ(better.verdicts()["P1"].standing, Standing::holds);
  EXPECT_EQ(better.verdicts()["P2"].standing, Standing::holds);
  EXPECT_EQ(better.verdicts()["P3"].standing, Standing::holds);
  EXPECT_EQ(slightly_worse.verdicts()["P1"].standing, Standing::holds);
  EXPECT_EQ(slightly_worse.verdicts()["P2"].standing, Standing::fails);
  EXPECT_EQ(slightly_worse.verdicts()["P3"].standing, Standing::fails);
  EXPECT_EQ(much_worse.verdicts()["P1"].standing, Standing::fails);
}

TEST(PriceTable, APartOfATextStandsBesideNoPublishedNumber) {
  Runs runs;
  runs.add("ptb-char", "lstm", "", 1.5);
  runs.add("ptb-char", "lstm", "", 1.7, 1, 0.985, 1000000);
  const Table table = runs.losses();
  ASSERT_EQ(table.rows.size(), 2U);
  for (const auto& row : table.rows) {
    const bool part = row[0].find("the first 1000000 symbols") != std::string::npos;
    EXPECT_EQ(row[4], part ? "1.701" : "1.501");
    EXPECT_EQ(row[5] == kNothing, part) << row[5];
  }
}

TEST(PriceTable, ComparesStableModelsWithThoseOfTheirTextAndSizesAlone) {
  Runs runs;
  runs.add("ptb-char", "lstm-4", "", 1.3);
  runs.add("ptb-char", "qrnn-4", "0.98", 1.4);
  runs.add("ptb-char", "qrnn-4", "1.0", 1.6, 1, 0.985, 1000);
  runs.add("ptb-char", "qrnn-4", "0.98", 1.61, 1, 0.985, 1000);
  const std::vector<Variant> variants = variants_of(runs.results());
  int paired = 0;
  for (const Variant& variant : variants) {
    if (!variant.stable) continue;
    const Variant* partner = partner_of(variant, variants);
    EXPECT_EQ(partner == nullptr, on_whole_text(variant)) << "the model without a cap has read a part of the text";
    EXPECT_EQ(label_in_text(variant).find("symbols"), std::string::npos) << variant.label;
    EXPECT_EQ(variant.label.find("symbols") == std::string::npos, on_whole_text(variant)) << variant.label;
    if (partner == nullptr) continue;
    EXPECT_EQ(text_title(*partner), text_title(variant));
    ++paired;
  }
  EXPECT_EQ(paired, 1);
}

TEST(PriceTable, NamesModelsOfAPartOfATextByWhatTellsThemApartThere) {
  Runs runs;
  runs.add("ptb-char", "lstm", "", 1.5);
  runs.add("ptb-char", "qrnn-4", "0.98", 1.4);
  for (const int seed : {1, 2}) {
    runs.add("ptb-char", "lstm", "", 1.7, seed, 0.985, 1000);
    runs.add("ptb-char", "qrnn-4", "0.98", 1.6, seed, 0.985, 1000);
    runs.add("ptb-char", "qrnn-4", "0.9", 1.6, seed, 0.985, 1000);
  }
  const std::vector<Variant> variants = variants_of(runs.results());
  std::set<std::string> labels, keys;
  for (const Variant& variant : variants) {
    labels.insert(variant.label);
    keys.insert(variant.key);
  }
  EXPECT_EQ(labels, (std::set<std::string>{"lstm, unconstrained", "qrnn-4, stable (capped)",
                                           "lstm, unconstrained, first 1000 symbols",
                                           "qrnn-4, stable (capped), cap 0.9, first 1000 symbols",
                                           "qrnn-4, stable (capped), cap 0.98, first 1000 symbols"}));
  EXPECT_EQ(keys.size(), variants.size());
  EXPECT_TRUE(missing_seeds(variants).empty()) << "the whole text has one seed, its part two";
}

TEST(PriceVerdicts, AreOpenUntilEveryTextWasRun) {
  Runs runs;
  runs.add("ptb-char", "lstm", "", 1.5);
  EXPECT_EQ(runs.verdicts()["P1"].standing, Standing::open);
  runs.add("ptb-char", "qrnn-4", "0.98", 1.4);
  const ClaimOutcome outcome = runs.verdicts()["P1"];
  EXPECT_EQ(outcome.standing, Standing::open);
  EXPECT_NE(outcome.evidence.find("missing"), std::string::npos) << outcome.evidence;
}

TEST(PriceVerdicts, AskForAProofAtEveryEpoch) {
  Runs runs;
  runs.add_all(-0.02, 0.0);
  runs.add("ptb-char", "qrnn-4", "0.98", 1.4, 2, 1.0);
  runs.add("ptb-char", "lstm", "", 1.5, 2);
  EXPECT_EQ(runs.verdicts()["P1"].standing, Standing::fails);
}

TEST(PriceVerdicts, ChooseTheLstmByTheValidationPart) {
  Runs runs;
  runs.add_all(0.008, 0.0);
  const ClaimOutcome outcome = runs.verdicts()["P1"];
  EXPECT_EQ(outcome.evidence.find("lstm-2"), std::string::npos) << outcome.evidence;
}

TEST(PriceSection, ShowsWhatMemoryBuysOnEachText) {
  Runs runs;
  runs.add_all(-0.02, 0.01);
  const SectionContent content = runs.section();
  int figures = 0;
  for (const Block& block : content.blocks) {
    const auto* figure = std::get_if<Figure>(&block);
    if (figure == nullptr || figure->id.find("memory") == std::string::npos) continue;
    ++figures;
    ASSERT_EQ(figure->curves.size(), 2U);
    EXPECT_NE(figure->curves[0].x, figure->curves[1].x);
    EXPECT_EQ(figure->levels.size(), 2U);
  }
  EXPECT_EQ(figures, 3);
  EXPECT_EQ(content.answers.size(), 3U);
}

}  // namespace
}  // namespace unrecur::reports::price_test

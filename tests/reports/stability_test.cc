#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/results/section.h"
#include "reports/sections/stability/verdicts.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::stability_test {
namespace {

using nlohmann::json;
using Standing = ClaimOutcome::Standing;

/// Results of one experiment, added one job after another.
class Results {
 public:
  explicit Results(std::string experiment) : experiment_(std::move(experiment)) {}

  void add(json config, json metrics, int seed = 1, json series = json::array()) {
    json result = testing::synthetic_gap_result("jsb", "none", seed);
    result["experiment"] = experiment_;
    result["config"] = std::move(config);
    result["metrics"] = std::move(metrics);
    result["series"] = std::move(series);
    testing::store_result(folder_.path(), "job" + std::to_string(++jobs_), result);
  }
  const std::vector<Variant>& variants() {
    store_ = read_results(folder_.path());
    variants_ = variants_of(store_.results);
    return variants_;
  }
  SectionContent section() {
    variants();
    return find_section(experiment_)->render({store_.results, nullptr});
  }

 private:
  std::string experiment_;
  testing::TemporaryFolder folder_;
  ResultStore store_;
  std::vector<Variant> variants_;
  int jobs_ = 0;
};

json curve(const std::string& name, std::vector<double> x, std::vector<double> y, const std::string& side) {
  return {{"name", name}, {"x_name", "r"}, {"y_name", "ratio"}, {"x", x}, {"y", y}, {"side", side}};
}

json lstm_on(const std::string& task) {
  return {{"task", task}, {"cell", "lstm"}, {"stable_set", "none"}, {"order", 0}, {"distance", 50}};
}

json ratios() {
  return json::array({curve("ratio_worst", {1, 16, 64}, {2.5, 1.1, 0.4}, "estimate"),
                      curve("gain_worst", {1, 16, 64}, {1.5, 0.4, 0.01}, "estimate")});
}

const Figure* first_figure(const SectionContent& content) {
  for (const Block& block : content.blocks) {
    if (const auto* figure = std::get_if<Figure>(&block)) return figure;
  }
  return nullptr;
}

TEST(IteratedStability, HoldsFromSomeIterationOnAndIsOpenWithoutBothLevels) {
  Results results("fig2a");
  results.add(lstm_on("grammar"), {{"ratio_first", 3.0}});
  EXPECT_EQ(stability::iterated_stability(results.variants()).standing, Standing::open) << "no text";
  results.add(lstm_on("ptb-char"), {{"ratio_first", 3.0}, {"r_contracting", 64}}, 1, ratios());
  EXPECT_EQ(stability::iterated_stability(results.variants()).standing, Standing::open) << "no words";
  results.add(lstm_on("ptb-word"), {{"ratio_first", 2.0}, {"r_contracting", 32}}, 1, ratios());
  EXPECT_EQ(stability::iterated_stability(results.variants()).standing, Standing::holds);
  const SectionContent content = results.section();
  const Figure* figure = first_figure(content);
  ASSERT_NE(figure, nullptr);
  EXPECT_EQ(figure->families.front().kind, Kind::estimate) << "an estimate is not drawn as a measurement or a bound";
  EXPECT_NE(content.answers.at(1).find("published: about 80"), std::string::npos) << content.answers.at(1);
  results.add(lstm_on("wikitext-2"), {{"ratio_first", 2.0}});
  EXPECT_EQ(stability::iterated_stability(results.variants()).standing, Standing::fails) << "never below 1";
}

TEST(IteratedStability, IsNoFindingWhereOneStepContracts) {
  Results results("fig2a");
  results.add(lstm_on("ptb-char"), {{"ratio_first", 0.9}, {"r_contracting", 1}});
  results.add(lstm_on("ptb-word"), {{"ratio_first", 2.0}, {"r_contracting", 32}});
  EXPECT_EQ(stability::iterated_stability(results.variants()).standing, Standing::fails);
}

void add_pair(Results& results, int order, double rate, double free, double stable, int seed = 1) {
  json config = {{"task", "jsb"}, {"cell", "elman"}, {"stable_set", "none"}, {"order", order}};
  results.add(config, {{"test_nll", free}, {"rate_spectral_norm", rate}}, seed);
  config["stable_set"] = "spectral";
  results.add(config, {{"test_nll", stable}, {"rate_spectral_norm", 1.0}}, seed);
}

TEST(InstabilityHelps, WhereAShortUnstableModelIsOnePerCentBetter) {
  Results results("fig2b");
  EXPECT_EQ(stability::instability_helps({}).standing, Standing::open);
  add_pair(results, 1, 3.0, 8.0, 9.0);
  add_pair(results, 16, 3.0, 8.0, 9.0);
  add_pair(results, 0, 3.0, 8.0, 9.0);
  EXPECT_EQ(stability::instability_helps(results.variants()).standing, Standing::open) << "no order from 2 to 8";
  add_pair(results, 2, 3.0, 8.95, 9.0);
  EXPECT_EQ(stability::instability_helps(results.variants()).standing, Standing::fails) << "half a per cent";
  add_pair(results, 4, 0.9, 8.0, 9.0);
  EXPECT_EQ(stability::instability_helps(results.variants()).standing, Standing::fails) << "better, but not unstable";
  add_pair(results, 8, 3.0, 8.9, 9.0);
  EXPECT_EQ(stability::instability_helps(results.variants()).standing, Standing::holds);
  add_pair(results, 8, 0.99, 8.8, 9.0, 2);
  EXPECT_EQ(stability::instability_helps(results.variants()).standing, Standing::fails) << "not in every seed";
}

TEST(InstabilityHelps, ItsFigureHasLossAndRateOverTheOrders) {
  Results results("fig2b");
  for (const int seed : {1, 2}) {
    for (const int k : {8, 2, 0}) add_pair(results, k, 1.0 + 1.0 / (1 + k), 9.0 - 0.01 * k, 9.0, seed);
  }
  const SectionContent content = results.section();
  const Figure* figure = first_figure(content);
  ASSERT_NE(figure, nullptr);
  const Curve& mean = figure->curves.front();
  EXPECT_FALSE(mean.seed.has_value());
  EXPECT_EQ(mean.x, (std::vector<double>{2, 8}));
  EXPECT_EQ(mean.y, (std::vector<double>{8.98, 8.92}));
  EXPECT_EQ(figure->levels.size(), 3U) << "two recurrent levels and the line at 1";
  EXPECT_NE(content.answers.at(0).find("published"), std::string::npos);
}

TEST(VanishingGradients, HoldWhereOnePerCentIsLeftInBothCells) {
  Results results("fig3a");
  json rnn = lstm_on("ptb-word");
  rnn["cell"] = "elman";
  const json steps = json::array({curve("gradient_trained_mean", {0, 1, 2}, {1, 0.1, 0.01}, "measured"),
                                  curve("gradient_start_mean", {0, 1, 2}, {1, 0.1, 0.01}, "measured")});
  results.add(rnn, {{"vanishing_trained", 1e-6}, {"decay_trained", 0.7}}, 1, steps);
  EXPECT_EQ(stability::vanishing_gradients(results.variants()).standing, Standing::open) << "no LSTM";
  results.add(lstm_on("ptb-word"), {{"vanishing_trained", 9e-3}, {"decay_trained", 0.9}}, 1, steps);
  EXPECT_EQ(stability::vanishing_gradients(results.variants()).standing, Standing::holds);
  const SectionContent content = results.section();
  EXPECT_NE(content.answers.at(0).find("more slowly in the LSTM"), std::string::npos) << content.answers.at(0);
  results.add(lstm_on("ptb-word"), {{"vanishing_trained", 0.011}, {"decay_trained", 0.95}}, 2, steps);
  EXPECT_EQ(stability::vanishing_gradients(results.variants()).standing, Standing::fails);
}

}  // namespace
}  // namespace unrecur::reports::stability_test

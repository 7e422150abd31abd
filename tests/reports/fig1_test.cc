#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "reports/report/make_document.h"
#include "reports/results/section.h"
#include "reports/sections/fig1/learning.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::fig1_test {
namespace {

using nlohmann::json;
using unrecur::testing::store_result;
using unrecur::testing::synthetic_gap_result;
using unrecur::testing::TemporaryFolder;

using Standing = ClaimOutcome::Standing;

/// Results of table1 on music with curves that end at `last`, named CELL-SET-SEED.
class Figure1 : public ::testing::Test {
 protected:
  void add(const std::string& cell, const std::string& set, double last) {
    for (int seed = 1; seed <= 2; ++seed) {
      json result = synthetic_gap_result("jsb", set, seed);
      const double best = last + 0.1 * seed;
      result["experiment"] = "table1";
      result["config"]["cell"] = cell;
      result["metrics"] = {{"test_nll", best}, {"valid_nll", best}, {"best_epoch", 4}};
      result["series"] = json::array(
          {curve("valid_nll", {9.9, best + 0.3, best + 0.1, best}), curve("train_nll", {9.0, 8.0, 7.0, 6.0})});
      const std::string hash = cell + "-" + set + "-" + std::to_string(seed);
      store_result(folder_.path(), hash, result);
      jobs_.push_back(hash);
    }
  }
  static json curve(const std::string& name, const std::vector<double>& y) {
    return {{"name", name}, {"x_name", "epoch"}, {"y_name", "nll"}, {"x", {1, 2, 3, 4}},
            {"y", y},       {"side", "measured"}};
  }
  void plan(const std::string& experiment, const std::vector<std::string>& jobs) {
    folder_.write("experiments/" + experiment + ".json", json{{"schema", "unrecur.experiment/1"},
                                                              {"experiment", experiment},
                                                              {"title", ""},
                                                              {"tier", "laptop"},
                                                              {"claim", {{"C1", "alike"}}},
                                                              {"verdict", {{"C1", "rule"}}},
                                                              {"jobs", jobs},
                                                              {"not_run", json::array()}}
                                                             .dump());
  }
  std::vector<std::string> chapters() const {
    std::vector<std::string> ids;
    for (const Chapter& chapter : make_document(read_results(folder_.path())).chapters) ids.push_back(chapter.id);
    return ids;
  }
  ClaimOutcome outcome() {
    store_ = read_results(folder_.path());
    return fig1::networks_alike(variants_of(store_.results));
  }

  TemporaryFolder folder_;
  std::vector<std::string> jobs_;
  ResultStore store_;
};

TEST_F(Figure1, IsDrawnFromTheJobsItsPlanNamesBesideTheirOwnExperiment) {
  add("elman", "none", 8.5);
  add("elman", "spectral", 8.4);
  plan("fig1b", jobs_);
  EXPECT_EQ(chapters(), (std::vector<std::string>{"fig1b", "deviations", "negative", "not-run", "what-ran", "runs"}));
  plan("table1", jobs_);
  EXPECT_EQ(chapters(),
            (std::vector<std::string>{"table1", "fig1b", "deviations", "negative", "not-run", "what-ran", "runs"}));
  plan("table1", {});
  EXPECT_EQ(chapters(), (std::vector<std::string>{"fig1b", "deviations", "negative", "not-run", "what-ran", "runs"}));
  plan("fig1b", {});
  EXPECT_EQ(chapters(), (std::vector<std::string>{"deviations", "negative", "not-run", "what-ran", "runs"}));
}

TEST_F(Figure1, HasAPanelForEachCellWithAllSeedsAndTheirMean) {
  add("elman", "none", 8.5);
  add("elman", "spectral", 8.4);
  add("lstm", "none", 8.2);
  add("lstm", "miller_hardt", 8.3);
  plan("fig1b", jobs_);
  store_ = read_results(folder_.path());
  const auto reproduce = [](const std::string& name, const std::string& tier) { return "make " + name + " " + tier; };
  const SectionContent content =
      find_section("fig1b")->render({store_.results, &store_.plans.at("fig1b"), {.reproduce = reproduce}});
  int panels = 0;
  for (const Block& block : content.blocks) {
    const auto* figure = std::get_if<Figure>(&block);
    if (figure == nullptr) continue;
    ++panels;
    EXPECT_EQ(figure->curves.size(), 6U) << figure->id;
    ASSERT_EQ(figure->families.size(), 2U);
    EXPECT_EQ(figure->families[0].colour, 2) << "unconstrained is vermilion";
    EXPECT_EQ(figure->families[1].colour, 1) << "stable is blue";
  }
  EXPECT_EQ(panels, 4);  // validation and training, of two cells
  const std::string prose = std::get<Prose>(content.blocks.front()).text;
  EXPECT_NE(prose.find("Published"), std::string::npos);
  // The chapter begins with the one command to copy, then with what came out.
  const Document document = make_document(store_, {.reproduce = reproduce});
  ASSERT_EQ(document.chapters.front().id, "fig1b");
  EXPECT_EQ(std::get<Command>(document.chapters.front().blocks.at(0)).text, "make fig1b laptop");
  ASSERT_EQ(content.answers.size(), 1U);
  EXPECT_EQ(std::get<Prose>(document.chapters.front().blocks.at(1)).text, content.answers[0]);
  EXPECT_NE(content.answers[0].find("RNN, stable (spectral) ends 1.2 % below"), std::string::npos)
      << content.answers[0];
}

TEST_F(Figure1, TheTableSaysWhenACurveComesNearTheBest) {
  add("elman", "none", 8.5);
  add("elman", "spectral", 9.5);
  store_ = read_results(folder_.path());
  const Table table = fig1::best_table("fig1b", variants_of(store_.results));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].back(), "3");  // best 8.65 in the mean: 8.82 is enough
  EXPECT_EQ(table.rows[1].back(), "never");
  EXPECT_EQ(table.rows[1][6].substr(0, 1), "1");
}

TEST_F(Figure1, ClaimHoldsFailsAndIsOpenByItsRule) {
  add("elman", "none", 8.5);
  EXPECT_EQ(outcome().standing, Standing::open);
  EXPECT_NE(outcome().evidence.find("missing"), std::string::npos);
  add("elman", "spectral", 8.6);
  EXPECT_EQ(outcome().standing, Standing::holds);
  add("elman", "spectral", 8.8);
  EXPECT_EQ(outcome().standing, Standing::fails);
}

}  // namespace
}  // namespace unrecur::reports::fig1_test

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/base64.h"
#include "base/file_bytes.h"
#include "experiments/rivals/speech.h"
#include "reports/html/blocks.h"
#include "reports/results/epoch_figures.h"
#include "reports/results/result_store.h"
#include "reports/results/section.h"
#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/reasons.h"
#include "reports/sections/rivals/verdicts.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::rivals::rivals_test {
namespace {

using nlohmann::json;
using Standing = ClaimOutcome::Standing;

/// Made-up results of races.
class Races {
 public:
  json& add(const std::string& task, const std::string& model, const json& metrics, int seed = 1,
            const json& more = json::object()) {
    json result = testing::synthetic_gap_result(task, "none", seed);
    result["experiment"] = "race";
    result["config"] = {{"task", task}, {"cell", model}, {"model", model}, {"stable_set", "none"}};
    result["config"].update(more);
    result["metrics"] = metrics;
    result["series"] = json::array();
    if (model == "tcn") result["metrics"]["receptive_field"] = 13;
    results_.push_back(result);
    return results_.back();
  }

  const std::vector<StoredResult>& results() {
    const testing::TemporaryFolder folder;
    int count = 0;
    for (const json& result : results_) testing::store_result(folder.path(), "job" + std::to_string(count++), result);
    store_ = read_results(folder.path());
    return store_.results;
  }
  const std::vector<Variant>& variants() { return variants_ = variants_of(results()); }

 private:
  std::vector<json> results_;
  ResultStore store_;
  std::vector<Variant> variants_;
};

/// What add() gives a run for its validation measure after each epoch.
json over_epochs(const std::string& name, const std::vector<double>& values) {
  std::vector<double> epochs;
  for (std::size_t i = 0; i < values.size(); ++i) epochs.push_back(static_cast<double>(i + 1));
  return {{"name", name},       {"side", "measured"}, {"x_name", "epoch"},
          {"y_name", "a loss"}, {"x", epochs},        {"y", values}};
}

TEST(Race, ModelsOfATaskShareAFigureOfTheirMeasure) {
  Races races;
  for (const char* model : {"tcn", "lstm", "gru"}) {
    races.add("adding-200", model, {{"valid_mse", 0.1}})["series"] =
        json::array({over_epochs("valid_mse", {0.2, 0.1})});
  }
  std::vector<const Variant*> models;
  for (const Variant& variant : races.variants()) models.push_back(&variant);
  const std::vector<Figure> figures = race_figures("race", models);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_TRUE(figures[0].y.log) << "errors over decades";
  EXPECT_EQ(figures[0].curves.size(), 3U);
  std::set<std::string> labels;
  std::set<int> colours;
  for (const Family& family : figures[0].families) {
    labels.insert(family.label);
    colours.insert(family.colour);
  }
  EXPECT_EQ(labels, (std::set<std::string>{"tcn, unconstrained", "lstm, unconstrained", "gru, unconstrained"}));
  EXPECT_EQ(colours.size(), 3U) << "one colour each";
}

Races copies(double tcn, double lstm) {
  Races races;
  for (const char* task : {"copy-500", "copy-1000"}) {
    races.add(task, "tcn", {{"test_accuracy", tcn}});
    for (const char* model : {"elman", "lstm", "gru"}) races.add(task, model, {{"test_accuracy", lstm}});
  }
  return races;
}

TEST(RivalVerdicts, F2AsksForATcnThatLearnsAndRecurrencesThatDoNot) {
  EXPECT_EQ(copy_verdicts(copies(99.95, 13.0).variants()).at("F2").standing, Standing::holds);
  EXPECT_EQ(copy_verdicts(copies(99.8, 13.0).variants()).at("F2").standing, Standing::fails);
  EXPECT_EQ(copy_verdicts(copies(99.95, 60.0).variants()).at("F2").standing, Standing::fails);
  Races one;
  one.add("copy-500", "tcn", {{"test_accuracy", 100.0}});
  EXPECT_EQ(copy_verdicts(one.variants()).at("F2").standing, Standing::open);
  Races failed;
  failed.add("copy-500", "tcn", {{"test_accuracy", 50.0}});
  EXPECT_EQ(copy_verdicts(failed.variants()).at("F2").standing, Standing::fails) << "whatever is missing";
}

Races music(double tcn, double lstm_test) {
  Races races;
  for (const char* task : {"jsb", "nottingham"}) {
    races.add(task, "tcn", {{"test_nll", tcn}, {"valid_nll", tcn}});
    races.add(task, "lstm", {{"test_nll", lstm_test}, {"valid_nll", 8.0}});
    races.add(task, "gru", {{"test_nll", 1.0}, {"valid_nll", 9.0}});
  }
  return races;
}

TEST(RivalVerdicts, F1ComparesWithTheRecurrentModelThatValidationChooses) {
  EXPECT_EQ(music_verdicts(music(8.05, 8.0).variants()).at("F1").standing, Standing::holds) << "0.6 % worse";
  EXPECT_EQ(music_verdicts(music(8.2, 8.0).variants()).at("F1").standing, Standing::fails) << "2.5 % worse";
  EXPECT_NE(music_verdicts(music(8.05, 8.0).variants()).at("F1").published.find("8.10 beside 8.45"), std::string::npos);
  Races one;
  one.add("jsb", "tcn", {{"test_nll", 8.0}, {"valid_nll", 8.0}});
  EXPECT_EQ(music_verdicts(one.variants()).at("F1").standing, Standing::open);
}

TEST(RivalVerdicts, F3ComparesPairedSeedsOfThirteenWordsAndOfAll) {
  for (const std::string claim : {"F3", "F3s"}) {
    const std::string of = claim == "F3" ? "" : "-sentences", others = claim == "F3" ? "-sentences" : "";
    const auto standing = [&](double cut, int seed) {
      Races races;
      races.add("ptb-word", "lstm" + of, {{"test_perplexity", 100.0}});
      races.add("ptb-word", "lstm" + others, {{"test_perplexity", 1.0}});
      races.add("ptb-word", "ngram_lstm" + of, {{"test_perplexity", 90.0}}, 1, {{"order", 5}});
      races.add("ptb-word", "ngram_lstm" + of, {{"test_perplexity", cut}}, seed, {{"order", 13}});
      return ngram_verdicts(races.variants()).at(claim).standing;
    };
    EXPECT_EQ(standing(101.9, 1), Standing::holds) << claim;
    EXPECT_EQ(standing(102.1, 1), Standing::fails) << claim;
    EXPECT_EQ(standing(99.0, 2), Standing::open) << claim << ": no common seed";
  }
}

Races timed(double tcn, double tcn_two, double lstm, double lstm_two, int frame = 88) {
  Races races;
  const auto add = [&](const char* model, const char* threads, double seconds) {
    json& result = races.add("timed", model, {{"parameters", 10}}, 1,
                             {{"study", "time"}, {"product_threads", std::atoi(threads)}, {"frame", frame}});
    result["series"] = {{{"name", "training_seconds_per_step"},
                         {"x_name", "steps"},
                         {"y_name", "seconds"},
                         {"x", {16, 64}},
                         {"y", {1.0, seconds}},
                         {"side", "measured"}}};
  };
  add("tcn", "1", tcn);
  add("tcn", "2", tcn_two);
  add("lstm", "1", lstm);
  add("lstm", "2", lstm_two);
  return races;
}

TEST(RivalVerdicts, F4AsksForSpeedAndForTheGainOfASecondThread) {
  EXPECT_EQ(reasons_verdicts(timed(1e-5, 6e-6, 2e-5, 1.8e-5).variants()).at("F4").standing, Standing::holds);
  EXPECT_EQ(reasons_verdicts(timed(3e-5, 1e-5, 2e-5, 1.8e-5).variants()).at("F4").standing, Standing::fails);
  EXPECT_EQ(reasons_verdicts(timed(1e-5, 9e-6, 2e-5, 1e-5).variants()).at("F4").standing, Standing::fails);
  EXPECT_EQ(reasons_verdicts(timed(1e-5, 6e-6, 2e-5, 1.8e-5, 4).variants()).at("F4").standing, Standing::open)
      << "small models settle nothing";
  Races none;
  none.add("timed", "tcn", {{"parameters", 10}}, 1, {{"study", "time"}});
  EXPECT_EQ(reasons_verdicts(none.variants()).at("F4").standing, Standing::open);
}

TEST(RivalVerdicts, F5CountsTheRunsThatReachTheTarget) {
  const auto standing = [](double tcn_at_second_rate) {
    Races races;
    for (const char* model : {"tcn", "lstm", "gru"}) {
      for (const double rate : {0.001, 0.01}) {
        const double mse = rate < 0.005 ? 1e-4 : model == std::string("tcn") ? tcn_at_second_rate : 0.1;
        races.add("adding-100", model, {{"test_mse", mse}}, 1, {{"study", "trainability"}, {"learning_rate", rate}});
      }
    }
    return reasons_verdicts(races.variants()).at("F5").standing;
  };
  EXPECT_EQ(standing(1e-4), Standing::holds);
  EXPECT_EQ(standing(0.1), Standing::fails) << "as many as the others";
}

TEST(FieldFigure, DrawsTheLossAgainstTheFieldAndALineForWhatSeesEverything) {
  Races races;
  races.add("jsb", "tcn", {{"test_nll", 8.5}}, 1, {{"layers", 1}})["metrics"]["receptive_field"] = 5;
  races.add("jsb", "tcn", {{"test_nll", 8.1}}, 1, {{"layers", 2}});
  races.add("jsb", "lstm", {{"test_nll", 8.3}});
  const auto& variants = races.variants();
  std::vector<const Variant*> own;
  for (const Variant& variant : variants) own.push_back(&variant);
  const Figure figure = field_figure("memory", own);
  ASSERT_EQ(figure.curves.size(), 1U);
  EXPECT_EQ(figure.curves[0].x, (std::vector<double>{5, 13}));
  EXPECT_EQ(figure.curves[0].y, (std::vector<double>{8.5, 8.1}));
  ASSERT_EQ(figure.levels.size(), 1U);
  EXPECT_EQ(figure.levels[0].value, 8.3);
}

TEST(RaceTable, OfAudioShowsBitsAndNotTheAccuracy) {
  Races races;
  races.add("fsdd", "wavenet", {{"test_bits", 1.9}, {"test_accuracy", 30.0}});
  const Table table = race_table("speech", races.variants());
  EXPECT_EQ(table.rows.at(0)[4], "test bits per sample");
  EXPECT_EQ(table.rows.at(0)[6], "–") << "nobody published it for this set";
  EXPECT_EQ(table.rows.at(0)[7], "30");
}

TEST(SpeechSection, LetsOneHearWhatAModelGoesOnWith) {
  Races races;
  races.add("fsdd", "lstm", {{"test_bits", 2.1}});
  std::string values;
  for (const std::int16_t sample : {0, 2000, -2000}) values += static_cast<char>(companded(sample));
  races.add("fsdd", "wavenet", {{"test_bits", 1.9}}, 3)["notes"][kGeneratedNote] = base64(values);
  races.add("fsdd", "tcn", {{"test_bits", 2.0}})["notes"][kGeneratedNote] = "no base 64";
  const SectionContent content = find_section("speech")->render({races.results(), nullptr});
  std::vector<Audio> heard;
  for (const Block& block : content.blocks) {
    if (const auto* audio = std::get_if<Audio>(&block)) heard.push_back(*audio);
  }
  ASSERT_EQ(heard.size(), 1u) << "one model has something to hear";
  EXPECT_NE(heard[0].caption.find("wavenet"), std::string::npos);
  EXPECT_NE(heard[0].caption.find("seed 3"), std::string::npos);
  const std::vector<std::int16_t> samples = read_wav(as_bytes(heard[0].wav), "heard");
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_NEAR(samples[1], 2000, 50);
  EXPECT_NEAR(samples[2], -2000, 50);
  const std::string html = BlockWriter(true).write(heard[0]);
  EXPECT_NE(html.find("<audio controls"), std::string::npos);
  EXPECT_NE(html.find("data:audio/wav;base64," + base64(heard[0].wav)), std::string::npos);
}

TEST(RaceTable, HasTheModelsOfOneNameByWhatTheySee) {
  Races races;
  for (const int order : {13, 2, 5}) {
    races.add("ptb-word", "ngram_lstm", {{"test_perplexity", 100.0}, {"receptive_field", order}}, 1,
              {{"order", order}});
    if (order == 2) races.add("ptb-word", "lstm", {{"test_perplexity", 90.0}});
  }
  std::vector<std::string> models;
  for (const auto& row : race_table("ngram", races.variants()).rows) models.push_back(row[1]);
  std::erase(models, "lstm");
  EXPECT_EQ(models, (std::vector<std::string>{"ngram_lstm, n = 2", "ngram_lstm, n = 5", "ngram_lstm, n = 13"}));
}

TEST(NgramSection, DrawsTheLossAgainstTheWordsSeenBeforeWhatWasTrained) {
  Races races;
  races.add("ptb-word", "lstm", {{"test_perplexity", 90.0}});
  for (const int order : {13, 2}) {
    races.add("ptb-word", "ngram_lstm", {{"test_perplexity", 100.0 - order}, {"receptive_field", order}}, 1,
              {{"order", order}});
  }
  const SectionContent content = find_section("ngram")->render({races.results(), nullptr});
  const Figure* drawn = nullptr;
  for (const Block& block : content.blocks) {
    if (std::get_if<Heading>(&block) != nullptr) break;
    if (const auto* figure = std::get_if<Figure>(&block)) drawn = figure;
  }
  ASSERT_NE(drawn, nullptr);
  ASSERT_EQ(drawn->curves.size(), 1U);
  EXPECT_EQ(drawn->curves[0].x, (std::vector<double>{2, 13}));
  EXPECT_EQ(drawn->curves[0].y, (std::vector<double>{98, 87}));
  ASSERT_EQ(drawn->levels.size(), 1U) << "the model that sees all";
}

TEST(RaceTable, SetsPublishedNumbersBesideOurs) {
  Races races;
  races.add("jsb", "tcn", {{"test_nll", 8.14}});
  races.add("jsb", "tcn", {{"test_nll", 8.3}}, 1, {{"order", "13"}});
  races.add("jsb", "wavenet", {{"test_nll", 8.2}});
  races.add("pmnist", "lstm", {{"test_nll", 0.4}, {"test_accuracy", 88.0}});
  std::map<std::string, std::string> published;
  const Table table = race_table("music", races.variants());
  for (const auto& row : table.rows) published[row[0] + " " + row[1]] = row[6];
  EXPECT_EQ(published.at("JSB Chorales tcn"), "8.10");
  EXPECT_EQ(published.at("JSB Chorales tcn, n = 13"), "–") << "another model";
  EXPECT_EQ(published.at("JSB Chorales wavenet"), "–");
  EXPECT_EQ(std::ranges::count_if(published, [](const auto& p) { return p.second == "85.7 %"; }), 1);
  EXPECT_NE(table.caption.find("as remembered"), std::string::npos);
}

TEST(RaceTable, HasARowForEveryModelWithItsSizeAndField) {
  Races races;
  races.add("adding-200", "tcn", {{"test_mse", 0.0005}, {"parameters", 58000}});
  races.add("adding-200", "lstm", {{"test_mse", 0.16}, {"parameters", 58100}});
  const Table table = race_table("adding", races.variants());
  ASSERT_EQ(table.rows.size(), 2U);
  for (const auto& row : table.rows) {
    EXPECT_EQ(row.size(), table.columns.size());
    const bool tcn = row[1] == "tcn";
    EXPECT_EQ(row[2], tcn ? "58000" : "58100");
    EXPECT_EQ(row[3], tcn ? "13" : "–");
    EXPECT_NE(row[4].find("mean squared error"), std::string::npos);
  }
}

}  // namespace
}  // namespace unrecur::reports::rivals::rivals_test

#include "experiments/plan/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/sha256.h"
#include "experiments/data/catalogue.h"
#include "tests/experiments/runner/toy.h"
#include "tests/support/file_errors.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::plan_test {
namespace {

using testing::problem_of;

constexpr const char* strict_toml = R"(experiment = "strict"
[claim]
C1 = "sums are sums"
[verdict]
C1 = "always"
[tier.smoke]
seeds = [1, 2]
minutes = 0.5
disk_mib = 1
[tier.smoke.base]
steps = 4
[[tier.smoke.variant]]
[[tier.smoke.variant]]
steps = 5
minutes = 2
threads = 2
[tier.laptop]
seeds = [7]
minutes = 3
disk_mib = 4
[[tier.laptop.variant]]
task = "jsb"
[[tier.laptop.variant]]
task = "teacher"
)";

PlanOptions options_for(const std::string& toml = strict_toml) {
  return {.experiments = testing::toys(), .configs = {parse_experiment_config(toml, "strict.toml")}};
}

std::string replaced(std::string text, const std::string& old, const std::string& other) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), other);
}

TEST(Plan, AVariantMayHaveSeedsOfItsOwn) {
  const Plan plan = make_plan(options_for(replaced(strict_toml, "steps = 5\n", "steps = 5\nseeds = [9]\n")));
  ASSERT_EQ(plan.jobs.size(), 3U);
  EXPECT_EQ(plan.jobs[2].seed, 9U);
  EXPECT_EQ(cost_of(plan.configs, "smoke").jobs, 3);
  EXPECT_EQ(cost_of(plan.configs, "smoke").minutes, 3);
  const std::string twice = replaced(strict_toml, "steps = 5\n", "steps = 5\nseeds = [9, 9]\n");
  EXPECT_NE(problem_of([&] { options_for(twice); }).find("each seed once"), std::string::npos);
}

TEST(Plan, IsVariantsTimesSeedsWithResolvedConfigurations) {
  const Plan plan = make_plan(options_for());
  ASSERT_EQ(plan.jobs.size(), 4U);
  EXPECT_EQ(plan.jobs[0].config, R"({"at":1,"behaviour":"good","pause":0,"steps":4,"task":"teacher"})");
  EXPECT_EQ(plan.jobs[1].seed, 2U);
  EXPECT_EQ(plan.jobs[0].minutes, 0.5);
  EXPECT_EQ(plan.jobs[2].minutes, 2);
  EXPECT_EQ(plan.jobs[2].threads, 2);
  EXPECT_EQ(plan.jobs[2].disk_mib, 1);
  EXPECT_EQ(plan.jobs[2].summary, "teacher steps=5, seed 1");
  EXPECT_EQ(plan.jobs[2].version, 2);
  std::set<std::string> hashes;
  for (const Job& job : plan.jobs) hashes.insert(job.hash);
  EXPECT_EQ(hashes.size(), 4U);
  EXPECT_EQ(cost_of(plan.jobs).minutes, 5);
  EXPECT_EQ(cost_of(plan.configs, "laptop").jobs, 2);
  EXPECT_EQ(cost_of(plan.configs, "laptop").disk_mib, 8);
}

TEST(Plan, HashIsStableAndFeelsEveryPartOfTheComputation) {
  Job job{
      .experiment = "gap", .version = 1, .config = R"({"lambda":0.9,"task":"jsb"})", .seed = 1, .data = {{"a", "b"}}};
  const std::string hash = hash_of(job);
  EXPECT_EQ(hash, sha256(as_bytes(R"({"config":{"lambda":0.9,"task":"jsb"},"data":{"a":"b"},"experiment":"gap",)"
                                  R"("seed":1,"version":1})"))
                      .substr(0, 16));
  const auto changed = [&](auto change) {
    Job other = job;
    change(other);
    return hash_of(other) != hash;
  };
  EXPECT_TRUE(changed([](Job& j) { j.experiment = "gap2"; }));
  EXPECT_TRUE(changed([](Job& j) { j.version = 2; }));
  EXPECT_TRUE(changed([](Job& j) { j.config = R"({"lambda":0.91,"task":"jsb"})"; }));
  EXPECT_TRUE(changed([](Job& j) { j.seed = 2; }));
  EXPECT_TRUE(changed([](Job& j) { j.data["a"] = "c"; }));
  EXPECT_FALSE(changed([](Job& j) { j.config = R"({ "task": "jsb", "lambda": 0.9 })"; })) << "only the content counts";
  EXPECT_FALSE(changed([](Job& j) { j.threads = 9, j.command = "x", j.minutes = 8, j.tier = "paper"; }));
}

TEST(Plan, TheOrderOfKeysAndWrittenOutFallbacksDoNotChangeTheHash) {
  const Plan plan = make_plan(options_for());
  const Plan other = make_plan(options_for(replaced(strict_toml, "steps = 4", "pause = 0\nsteps = 4\nat = 1")));
  ASSERT_EQ(plan.jobs.size(), other.jobs.size());
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) EXPECT_EQ(plan.jobs[i].hash, other.jobs[i].hash);
}

TEST(Plan, ANumberOfSeedsTakesTheFirstAndGoesOn) {
  PlanOptions options = options_for();
  options.seeds = 1;
  EXPECT_EQ(make_plan(options).jobs.size(), 2U);
  options.seeds = 4;
  const Plan plan = make_plan(options);
  ASSERT_EQ(plan.jobs.size(), 8U);
  EXPECT_EQ(plan.jobs[3].seed, 4U);
  options.seeds = 0;
  EXPECT_THROW(make_plan(options), UsageError);
}

constexpr const char* view_toml = R"(experiment = "view"
title = "Some of the sums"
jobs_of = "strict"
[tier.smoke]
behaviour = ["good"]
[tier.laptop]
task = ["teacher", "chorale"]
)";

/// The strict experiment, whose second variant can be selected, and a view on it.
PlanOptions with_view(const std::string& view = view_toml) {
  PlanOptions options = options_for(replaced(strict_toml, "steps = 5\n", "steps = 5\nbehaviour = \"good\"\n"));
  options.configs.insert(options.configs.begin(), parse_experiment_config(view, "view.toml"));
  return options;
}

TEST(Plan, AViewHasJobsOfAnotherExperimentUnderTheirOwnHashes) {
  PlanOptions options = with_view();
  const Plan both = make_plan(options);
  options.configs.erase(options.configs.begin());
  const Plan alone = make_plan(options);
  ASSERT_EQ(both.jobs.size(), 4U) << "nothing is planned twice";
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(both.jobs[i].hash, alone.jobs[i].hash);
    EXPECT_EQ(both.jobs[i].summary, alone.jobs[i].summary);
    EXPECT_EQ(both.jobs[i].experiment, "strict");
  }
  EXPECT_EQ(both.shown.at("strict").size(), 4U);
  EXPECT_EQ(both.shown.at("view"), (std::vector<std::string>{both.jobs[2].hash, both.jobs[3].hash}));
  EXPECT_EQ(both.titles.at("view"), "Some of the sums");
  EXPECT_EQ(cost_of(both.configs, "smoke").jobs, 4);

  options = with_view();
  options.names = {"view"};
  const Plan view = make_plan(options);
  ASSERT_EQ(view.jobs.size(), 2U);
  EXPECT_EQ(view.jobs[0].hash, both.jobs[2].hash);
  EXPECT_EQ(view.configs.size(), 1U);
  options.names = {"view", "strict"};
  EXPECT_EQ(make_plan(options).jobs.size(), 4U);
}

TEST(Plan, AViewLeavesOutWhatItsSourceLeavesOut) {
  PlanOptions options = with_view(replaced(view_toml, "\"teacher\", \"chorale\"", "\"jsb\""));
  options.tier = "laptop";
  options.data_needs = DataChecker(DataSource());
  const Plan plan = make_plan(options);
  EXPECT_EQ(plan.jobs.size(), 1U);
  EXPECT_FALSE(plan.shown.contains("view"));
  ASSERT_EQ(plan.not_planned.size(), 2U);
  EXPECT_EQ(plan.not_planned[1].experiment, "view");
  options.tier = "paper";
  EXPECT_EQ(make_plan(options).not_planned.size(), 2U);
}

TEST(Plan, AViewOnNothingIsAMistake) {
  const auto problem = [](const std::string& old, const std::string& other) {
    return problem_of([&] { make_plan(with_view(replaced(view_toml, old, other))); });
  };
  EXPECT_NE(problem("\"strict\"", "\"strct\"").find("view.toml: jobs_of: no experiment with jobs is called \"strct\""),
            std::string::npos);
  EXPECT_NE(
      problem("\"good\"", "\"bad\"").find("view.toml: tier.smoke: expected keys that select at least one variant"),
      std::string::npos);
  EXPECT_NE(problem("[\"good\"]", "[]").find("behaviour (line 5): expected at least one value"), std::string::npos);
  EXPECT_NE(problem("\"strict\"", "\"view\"").find("jobs_of (line 3): expected another experiment"), std::string::npos);
  EXPECT_NE(problem("jobs_of = \"strict\"\n", "").find("jobs_of: expected this key"), std::string::npos);
  EXPECT_NE(problem("title = \"Some of the sums\"\n", "").find("title: expected this key"), std::string::npos);
}

TEST(Plan, EqualVariantsAreOneJob) {
  EXPECT_EQ(make_plan(options_for(replaced(strict_toml, "steps = 5", "steps = 4"))).jobs.size(), 2U);
}

TEST(Plan, NamesAreChecked) {
  PlanOptions options = options_for();
  options.names = {"strict", "strict"};
  EXPECT_EQ(make_plan(options).jobs.size(), 4U);
  options.names = {"strct"};
  try {
    make_plan(options);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "unknown experiment 'strct': did you mean 'strict'? known are strict");
  }
  options.names = {};
  options.tier = "lap";
  EXPECT_THROW(make_plan(options), UsageError);
  EXPECT_NE(problem_of([] {
              make_plan(options_for(replaced(strict_toml, "\"strict\"", "\"stric\"")));
            }).find("unknown experiment \"stric\" (did you mean 'strict'?"),
            std::string::npos);
}

TEST(Plan, MistakesInAVariantShowBeforeAnythingRuns) {
  EXPECT_EQ(problem_of([] { make_plan(options_for(replaced(strict_toml, "steps = 5", "step = 5"))); }),
            "strict.toml: step (line 14, column 1): unknown key (did you mean 'steps'? known are at, behaviour, pause, "
            "steps, task)");
  EXPECT_EQ(problem_of([] { make_plan(options_for(replaced(strict_toml, "steps = 5", "steps = -5"))); }),
            "strict.toml: steps (line 14): expected a whole number at least 1, found -5");
}

TEST(Plan, WithoutItsDataAVariantIsLeftOutAndSaid) {
  PlanOptions options = options_for();
  options.tier = "laptop";
  options.data_needs = DataChecker(DataSource());
  const Plan plan = make_plan(options);
  ASSERT_EQ(plan.jobs.size(), 1U);
  ASSERT_EQ(plan.not_planned.size(), 1U);
  EXPECT_EQ(plan.not_planned[0].reason, "the data set jsb is not there");
}

TEST(Plan, AnExperimentWithoutAnyDataIsAnErrorOnlyWhenAskedFor) {
  PlanOptions options = options_for(replaced(strict_toml, "task = \"teacher\"", "task = \"jsb\""));
  options.tier = "laptop";
  options.data_needs = DataChecker(DataSource());
  EXPECT_EQ(make_plan(options).not_planned.size(), 1U);
  options.names = {"strict"};
  EXPECT_NE(problem_of([&] { make_plan(options); }).find("the data set jsb is not there"), std::string::npos);
  options.names = {};
  options.tier = "paper";
  EXPECT_EQ(make_plan(options).not_planned[0].reason, "it has no tier paper");
}

TEST(Plan, ChecksumsOfTheDataArePartOfTheHash) {
  testing::TemporaryFolder folder;
  folder.write(find_set("jsb").files[0].path, "one");
  PlanOptions options = options_for();
  options.tier = "laptop";
  options.data_needs = DataChecker(DataSource(folder.path()));
  const Plan plan = make_plan(options);
  ASSERT_EQ(plan.jobs.size(), 2U);
  EXPECT_EQ(plan.jobs[0].data.size(), 1U);
  EXPECT_TRUE(plan.jobs[1].data.empty());
  folder.write(find_set("jsb").files[0].path, "two");
  options.data_needs = DataChecker(DataSource(folder.path()));
  const Plan other = make_plan(options);
  EXPECT_NE(other.jobs[0].hash, plan.jobs[0].hash);
  EXPECT_EQ(other.jobs[1].hash, plan.jobs[1].hash);
}

TEST(Tiers, MalformedConfigurationsAreRefusedWithTheirPlace) {
  const std::string text = strict_toml;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {replaced(text, "experiment =", "experimnt ="), "experimnt (line 1): unknown key (did you mean 'experiment'?"},
      {replaced(text, "experiment = \"strict\"", ""), "experiment: expected this key"},
      {replaced(text, "\"strict\"", "3"), "experiment (line 1): expected a string"},
      {replaced(text, "[tier.laptop]", "[tier.labtop]"), "tier.labtop (line 17): unknown key (did you mean 'laptop'?"},
      {replaced(text, "seeds = [1, 2]", "seeds = []"), "seeds (line 7): expected at least one seed"},
      {replaced(text, "seeds = [1, 2]", "seeds = [1, 1]"), "seeds (line 7): expected each seed once"},
      {replaced(text, "seeds = [1, 2]", "seeds = [-1]"), "seeds (line 7): expected a whole number at least 0"},
      {replaced(text, "seeds = [1, 2]", ""), "seeds: expected this key"},
      {replaced(text, "minutes = 0.5", "minutes = nan"), "minutes (line 8): expected a finite number"},
      {replaced(text, "minutes = 0.5", "minutes = -1"), "minutes (line 8): expected a finite number at least 0"},
      {replaced(text, "minutes = 0.5", "minute = 1"), "tier.smoke.minute (line 8): unknown key (did you mean"},
      {replaced(text, "threads = 2", "threads = 0"), "threads (line 16): expected a whole number at least 1"},
      {replaced(text, "[[tier.laptop.variant]]\ntask = \"jsb\"\n[[tier.laptop.variant]]\ntask = \"teacher\"\n", ""),
       "tier.laptop.variant: expected at least one table"},
      {replaced(text, "threads = 2", "each = 2"),
       "tier.smoke.variant.each (line 16): expected a list of tables, { key = value, … }"},
      {replaced(text, "threads = 2", "each = []"), "tier.smoke.variant.each (line 16): expected a list of tables"},
      {replaced(text, "threads = 2", "each = [3]"), "tier.smoke.variant.each (line 16): expected a table"},
      {replaced(text, "threads = 2", "recipe = \"long\""),
       "recipe (line 16): expected a recipe of this tier, found 'long'"},
      {text + "[tier.laptop.recipe.long]\nsteps = 9\n", "tier.laptop.recipe.long: expected a variant with recipe ="},
      {text + "[tier.laptop.recipe]\nlong = 3\n", "tier.laptop.recipe.long"},
      {"experiment = \"x\"\n", "tier: expected at least one table"},
      {"experiment = \"x\"\ntier = 3\n", "tier (line 2): expected a table"},
      {"experiment = \"x\"\n[tier]\nsmoke = 1\n", "tier.smoke (line 3): expected a table"},
      {"experiment = \"x\"\nclaim = 1\n[tier]\n", "claim (line 2): expected a table"},
  };
  for (const auto& [toml, place] : cases) {
    const std::string problem = problem_of([&] { parse_experiment_config(toml, "strict.toml"); });
    EXPECT_TRUE(problem.starts_with("strict.toml: " + place)) << problem << "\nexpected: " << place;
  }
}

TEST(Tiers, EachOfAVariantIsAVariantThatSharesItsKeys) {
  const std::string longhand = "steps = 5\nminutes = 2\nthreads = 2\n";
  const auto of = [&](const std::string& variant) {
    return parse_experiment_config(replaced(strict_toml, longhand, variant), "strict.toml").tiers.at("smoke").variants;
  };
  const auto variants = of(longhand + "each = [{ set = \"a\" }, { set = \"b\", steps = 6, seeds = [9] }]\n");
  const auto first = of(longhand + "set = \"a\"\n");
  const auto second = of("steps = 6\nminutes = 2\nthreads = 2\nset = \"b\"\nseeds = [9]\n");
  ASSERT_EQ(variants.size(), 3U);
  for (const auto& [found, expected] : {std::pair(variants[1], first[1]), std::pair(variants[2], second[1])}) {
    EXPECT_EQ(found.config.written_json(), expected.config.written_json());
    EXPECT_EQ(found.seeds, expected.seeds);
    EXPECT_EQ(found.minutes, expected.minutes);
    EXPECT_EQ(found.threads, expected.threads);
  }
}

TEST(Tiers, ARecipeGivesWhatVariantsDoNotSay) {
  const std::string longhand = "steps = 5\nminutes = 2\nthreads = 2\n";
  const auto of = [&](const std::string& variant, const std::string& more = "") {
    return parse_experiment_config(replaced(strict_toml, longhand, variant) + more, "strict.toml")
        .tiers.at("smoke")
        .variants;
  };
  const std::string recipe = "[tier.smoke.recipe.long]\nsteps = 9\nset = \"a\"\nseeds = [4]\nminutes = 3\n";
  const auto found = of("recipe = \"long\"\nthreads = 2\neach = [{ }, { steps = 6, minutes = 1 }]\n", recipe);
  const auto first = of("steps = 9\nset = \"a\"\nseeds = [4]\nminutes = 3\nthreads = 2\n");
  const auto second = of("steps = 6\nset = \"a\"\nseeds = [4]\nminutes = 1\nthreads = 2\n");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].config.written_json(), first[0].config.written_json()) << "that of others is not touched";
  for (const auto& [own, expected] : {std::pair(found[1], first[1]), std::pair(found[2], second[1])}) {
    EXPECT_EQ(own.config.written_json(), expected.config.written_json());
    EXPECT_EQ(own.seeds, expected.seeds);
    EXPECT_EQ(own.minutes, expected.minutes);
    EXPECT_EQ(own.threads, expected.threads);
  }
}

TEST(Tiers, AFolderOfConfigurationsIsReadInsteadOfTheBuiltInOnes) {
  testing::TemporaryFolder folder;
  folder.write("strict.toml", strict_toml);
  folder.write("notes.txt", "not read");
  const auto configs = load_experiment_configs(folder.path());
  ASSERT_EQ(configs.size(), 1U);
  EXPECT_EQ(configs[0].claim.written_json(), R"({"C1":"sums are sums"})");
  folder.write("other.toml", strict_toml);
  EXPECT_NE(problem_of([&] { load_experiment_configs(folder.path()); }).find("expected the file's name, \"other\""),
            std::string::npos);
  EXPECT_THROW(load_experiment_configs(folder / "nowhere"), FileError);
}

TEST(Tiers, TheBuiltInConfigurationsAreThoseOfTheSourceTree) {
  const auto built_in = load_experiment_configs();
  const auto source = load_experiment_configs(std::filesystem::path(UNRECUR_SOURCE_DIR) / "experiments/configs");
  ASSERT_EQ(built_in.size(), source.size());
  EXPECT_FALSE(built_in.empty());
  for (std::size_t i = 0; i < source.size(); ++i) {
    EXPECT_EQ(built_in[i].experiment, source[i].experiment);
    for (const auto& [name, tier] : source[i].tiers) {
      EXPECT_EQ(built_in[i].tiers.at(name).variants.size(), tier.variants.size());
      for (std::size_t a = 0; a < tier.variants.size(); ++a) {
        EXPECT_EQ(built_in[i].tiers.at(name).variants[a].config.written_json(), tier.variants[a].config.written_json());
      }
      EXPECT_EQ(built_in[i].tiers.at(name).selection, tier.selection);
    }
  }
}

}  // namespace
}  // namespace unrecur::plan_test

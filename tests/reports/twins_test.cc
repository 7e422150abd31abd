// The chapter on feed-forward twins, from results made up here.
#include <gtest/gtest.h>

#include "reports/results/section.h"

namespace unrecur::reports::twins_test {
namespace {

/// A job whose truncations have these gaps at k = 1, 2, 4 under a bound of 1, 1/2, 1/4.
StoredResult job_of(const std::string& stable_set, const std::vector<double>& gaps,
                    const std::map<std::string, double>& metrics, std::uint64_t seed = 1) {
  StoredResult result;
  result.experiment = "twins";
  result.seed = seed;
  result.config = {{"cell", "elman"}, {"task", "jsb"}, {"stable_set", stable_set}};
  result.provenance = {{"tier", "laptop"}};
  result.metrics = metrics;
  result.metrics["epsilon"] = 0.05;
  const std::vector<double> k{1, 2, 4};
  result.series.push_back({"error_truncated", "k", "error", k, {0.5, 0.2, 0.1}});
  result.series.push_back({"output_gap_truncated", "k", "gap", k, gaps});
  result.series.push_back({"error_tcn", "k", "error", {4}, {0.1}});
  result.series.push_back({"output_gap_tcn", "k", "gap", {4}, {0.2}});
  if (stable_set != "none") result.series.push_back({"bound_output", "k", "gap", k, {1.0, 0.5, 0.25}, "upper"});
  return result;
}

std::map<std::string, SettledClaim> claims_of(const std::vector<StoredResult>& results) {
  ExperimentPlan plan;
  plan.experiment = "twins";
  plan.tier = "laptop";
  for (const char* name : {"T1", "T2", "T3"}) plan.claim[name] = plan.verdict[name] = "said";
  std::map<std::string, SettledClaim> claims;
  for (const SettledClaim& claim : find_section("twins")->render({results, &plan}).claims) claims[claim.name] = claim;
  return claims;
}

const std::vector<double> kUnder{0.9, 0.4, 0.2};

TEST(TwinsChapter, CountsGapsUnderTheBound) {
  const auto claims = claims_of({job_of("spectral", kUnder, {})});
  EXPECT_EQ(claims.at("T1").outcome, Outcome::reproduced);
  EXPECT_NE(claims.at("T1").ours.find("4 of 4 gaps"), std::string::npos) << claims.at("T1").ours;
  EXPECT_EQ(claims.at("T3").outcome, Outcome::not_run) << "there is no unconstrained model";
}

TEST(TwinsChapter, SeesAGapAboveTheBound) {
  const auto claims = claims_of({job_of("spectral", {0.9, 0.51, 0.2}, {})});
  EXPECT_NE(claims.at("T1").outcome, Outcome::reproduced);
  EXPECT_NE(claims.at("T1").ours.find("3 of 4 gaps"), std::string::npos) << claims.at("T1").ours;
}

TEST(TwinsChapter, ANetworkIsSmallerInInputsOrInWeights) {
  const std::map<std::string, double> larger{
      {"k_tcn", 8}, {"k_truncated", 8}, {"parameters_tcn", 300}, {"parameters_truncated", 200}};
  EXPECT_NE(claims_of({job_of("none", kUnder, larger)}).at("T2").outcome, Outcome::reproduced);
  for (const char* metric : {"k_tcn", "parameters_tcn"}) {
    auto smaller = larger;
    smaller[metric] = 4;
    EXPECT_EQ(claims_of({job_of("none", kUnder, smaller)}).at("T2").outcome, Outcome::reproduced) << metric;
  }
  EXPECT_EQ(claims_of({job_of("none", kUnder, {{"k_tcn", 8}})}).at("T2").outcome, Outcome::reproduced)
      << "no truncation is good enough";
}

TEST(TwinsChapter, HalfOfTheUnconstrainedModelsAreEnough) {
  const StoredResult with = job_of("none", kUnder, {{"k_truncated", 8}}), without = job_of("none", kUnder, {}, 2);
  EXPECT_EQ(claims_of({with, without}).at("T3").outcome, Outcome::reproduced);
  EXPECT_NE(claims_of({without}).at("T3").outcome, Outcome::reproduced);
}

TEST(TwinsChapter, DrawsTheBoundAboveTheGaps) {
  const std::vector<StoredResult> results{job_of("spectral", kUnder, {})};
  const SectionContent content = find_section("twins")->render({results, nullptr});
  int bounds = 0;
  for (const Block& block : content.blocks) {
    const auto* figure = std::get_if<Figure>(&block);
    if (figure == nullptr) continue;
    for (const Family& family : figure->families) bounds += family.kind == Kind::upper ? 1 : 0;
  }
  EXPECT_EQ(bounds, 1);
}

}  // namespace
}  // namespace unrecur::reports::twins_test

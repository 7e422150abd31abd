#include "reports/report/scoreboard.h"
#include "experiments/plan/tiers.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "experiments/plan/tiers.h"
#include "reports/results/claims.h"

namespace unrecur::reports::scoreboard_test {
namespace {

ClaimOutcome outcome(ClaimOutcome::Standing standing, int cases, int agreeing) {
  ClaimOutcome o;
  o.standing = standing;
  o.cases = cases;
  o.agreeing = agreeing;
  return o;
}

TEST(Scoreboard, AFailedRuleIsInTheSameDirectionWhereHalfOfItAgrees) {
  using Standing = ClaimOutcome::Standing;
  EXPECT_EQ(outcome_of(outcome(Standing::holds, 3, 3)), Outcome::reproduced);
  EXPECT_EQ(outcome_of(outcome(Standing::fails, 4, 2)), Outcome::same_direction);
  EXPECT_EQ(outcome_of(outcome(Standing::fails, 5, 2)), Outcome::not_reproduced);
  EXPECT_EQ(outcome_of(outcome(Standing::fails, 0, 0)), Outcome::not_reproduced);
  EXPECT_EQ(outcome_of(outcome(Standing::open, 3, 3)), Outcome::not_run);
}

Scoreboard board_of(const std::vector<ExperimentClaims>& experiments) {
  return make_scoreboard(experiments);
}

TEST(Scoreboard, JoinsWhatSeveralExperimentsSayOfAClaim) {
  const Scoreboard board =
      board_of({{"a", {{"C1", "Alike (on music).", Outcome::reproduced, "1", "2", "tab-a"}}},
                {"b", {{"C1", "Alike in every way there is.", Outcome::not_run, "1", "", "tab-b"}}},
                {"c", {{"C1", "Alike (on words).", Outcome::not_reproduced, "", "3", "tab-c"}}}});
  ASSERT_EQ(board.groups.size(), 1u);
  ASSERT_EQ(board.groups[0].scores.size(), 1u);
  const Score& score = board.groups[0].scores[0];
  EXPECT_EQ(score.statement, "Alike.");
  EXPECT_EQ(score.outcome, Outcome::same_direction);
  EXPECT_EQ(score.published, "1");
  EXPECT_EQ(score.ours, "2; 3");
  ASSERT_EQ(score.evidence.size(), 3u);
  EXPECT_EQ(score.evidence[2].target, "tab-c");
  EXPECT_EQ(not_reproduced_by(board), (std::vector<std::string>{"**C1** (c): Alike. Ours: 2; 3."}));
}

TEST(Scoreboard, WhatNobodyRanIsNotRunAndWhatAllDenyIsNotReproduced) {
  const Scoreboard board =
      board_of({{"a", {{"C3", "x", Outcome::not_run, "", "", ""}, {"C5", "y", Outcome::not_reproduced, "", "", ""}}},
                {"b", {{"C5", "y", Outcome::not_reproduced, "", "", ""}}}});
  EXPECT_EQ(board.groups[0].scores[0].outcome, Outcome::not_run);
  EXPECT_EQ(board.groups[0].scores[1].outcome, Outcome::not_reproduced);
  EXPECT_NE(board.groups[0].sentence.find("0 of 2 claims reproduced, 1 not, 1 not run"), std::string::npos)
      << board.groups[0].sentence;
}

TEST(Scoreboard, ClaimsOfLaterExperimentsAppearByThemselves) {
  const Scoreboard board = board_of(
      {{"later", {{"P10", "b", Outcome::reproduced, "", "", ""}, {"P2", "a", Outcome::reproduced, "", "", ""}}},
       {"table1", {{"C2", "c", Outcome::reproduced, "", "", ""}}}});
  ASSERT_EQ(board.groups.size(), 2u);
  EXPECT_EQ(board.groups[0].scores[0].claim, "C2");
  EXPECT_EQ(board.groups[1].scores[0].claim, "P2") << "by number, not by letters";
  EXPECT_EQ(board.groups[1].scores[1].claim, "P10");
  EXPECT_TRUE(board_of({}).groups.empty());
}

/// One row a name: claims of experiments that have nothing to do with each other must not share one. The paper's (C)
/// and those of the race of feed-forward models (F) are settled by several.
TEST(Scoreboard, NoTwoExperimentsShareAClaimsNameByChance) {
  std::map<std::string, std::set<std::string>> experiments;
  for (const EmbeddedConfig& config : embedded_configs()) {
    std::istringstream lines{std::string(config.text)};
    bool claims = false;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("[")) claims = line == "[claim]";
      if (claims && line.find(" = ") != line.npos) experiments[line.substr(0, line.find(" = "))].emplace(config.name);
    }
  }
  EXPECT_GE(experiments.size(), 15U);
  for (const auto& [claim, of] : experiments) {
    if (claim.find_first_of("CF") != std::string::npos) continue;
    EXPECT_EQ(of.size(), 1U) << claim;
  }
}

}  // namespace
}  // namespace unrecur::reports::scoreboard_test

#pragma once

#include <map>
#include <string>

#include "reports/results/section.h"

namespace unrecur::reports {

/// How a claim stands after the runs.
struct ClaimOutcome {
  enum class Standing { holds, fails, open };
  Standing standing = Standing::open;  ///< by the letter of the claim's rule
  std::string evidence;                ///< in markup, from the results
  /// What the rule asks about (tasks, jobs, orders) as far as it was run, and how much of it agrees with the claim.
  int cases = 0, agreeing = 0;
  /// For the scoreboard, in a few words of markup: the paper's numbers and ours; empty where there are none.
  std::string published{}, ours{};

  void count(bool agrees) {
    ++cases;
    if (agrees) ++agreeing;
  }
};

/// Reproduced where the rule holds; where it fails, the same direction if at least half of its cases agree.
Outcome outcome_of(const ClaimOutcome& outcome);

/// Adds a table of the plan's claims: what is claimed, the rule, how it stands and by which evidence; and the claims
/// themselves for the scoreboard. A claim without an outcome is open. Nothing where there is no plan or it claims
/// nothing.
void add_claims(SectionContent& content, const ExperimentPlan* plan,
                const std::map<std::string, ClaimOutcome>& outcomes);

}  // namespace unrecur::reports

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
};

/// Adds a table of the plan's claims: what is claimed, the rule, how it stands and by which evidence. A claim without
/// an outcome is open. Nothing where there is no plan or it claims nothing.
void add_claims(SectionContent& content, const ExperimentPlan* plan,
                const std::map<std::string, ClaimOutcome>& outcomes);

}  // namespace unrecur::reports

#include "reports/results/claims.h"

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/variants.h"

namespace unrecur::reports {
namespace {

std::string format_kind(ClaimOutcome::Standing standing) {
  switch (standing) {
    case ClaimOutcome::Standing::holds:
      return "**holds**";
    case ClaimOutcome::Standing::fails:
      return "**does not hold**";
    case ClaimOutcome::Standing::open:
      break;
  }
  return "open";
}

}  // namespace

Outcome outcome_of(const ClaimOutcome& outcome) {
  if (outcome.standing == ClaimOutcome::Standing::open) return Outcome::not_run;
  if (outcome.standing == ClaimOutcome::Standing::holds) return Outcome::reproduced;
  const bool mostly = outcome.agreeing > 0 && 2 * outcome.agreeing >= outcome.cases;
  return mostly ? Outcome::same_direction : Outcome::not_reproduced;
}

void add_claims(SectionContent& content, const ExperimentPlan* plan,
                const std::map<std::string, ClaimOutcome>& outcomes) {
  if (plan == nullptr || plan->claim.empty()) return;
  Table table;
  table.id = slug(plan->experiment + "-claims");
  table.caption = "Claims, and the rules that were written down before the runs.";
  table.columns = {{"claim"}, {"statement"}, {"rule"}, {"outcome"}, {"evidence"}};
  for (const auto& [name, statement] : plan->claim) {
    const auto found = outcomes.find(name);
    const ClaimOutcome outcome = found == outcomes.end() ? ClaimOutcome{} : found->second;
    content.claims.push_back(
        {literal(name), literal(statement), outcome_of(outcome), outcome.published, outcome.ours, "tab-" + table.id});
    table.rows.push_back({literal(name), literal(statement), literal(text_or(plan->verdict, name, kNothing)),
                          format_kind(outcome.standing),
                          outcome.evidence.empty() ? "no result that its rule asks for is stored" : outcome.evidence});
  }
  content.blocks.push_back(std::move(table));
}

}  // namespace unrecur::reports

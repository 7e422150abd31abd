#include "reports/sections/gap/verdicts.h"

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/loss_table.h"
#include "reports/results/metrics.h"
#include "reports/sections/gap/bound_check.h"
#include "reports/sections/gap/tables.h"

namespace unrecur::reports::gap {
namespace {

using Standing = ClaimOutcome::Standing;

constexpr double allowed_ratio = 1.02;

std::string of(std::size_t part, std::size_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole);
}

ClaimOutcome decay_under_bounds(const std::vector<Variant>& variants) {
  BoundCheck check;
  std::size_t jobs = 0, compared = 0, slow_enough = 0;
  for (const Variant& variant : variants) {
    if (!variant.stable) continue;
    check += check_bounds(variant);
    for (const StoredResult* r : variant.results) {
      ++jobs;
      const auto decay = r->metric("decay_rate");
      const auto rate = r->metric("rate_upper");
      if (!decay || !rate) continue;
      ++compared;
      if (*decay <= *rate) ++slow_enough;
    }
  }
  if (check.compared == 0 || compared == 0) return {};
  ClaimOutcome outcome;
  outcome.evidence =
      of(check.above, check.compared) + " measured gaps lie above a bound (" + std::to_string(check.violations) +
      " by more than rounding); the decay is at most the proved rate in " + of(slow_enough, jobs) + " jobs";
  outcome.cases = static_cast<int>(check.compared + jobs);
  outcome.agreeing = static_cast<int>(check.compared - check.above + slow_enough);
  outcome.published = "under the bound (proved)";
  outcome.ours = of(check.above, check.compared) + " gaps above a bound";
  outcome.standing = check.above == 0 && slow_enough == jobs ? Standing::holds : Standing::fails;
  return outcome;
}

ClaimOutcome alike(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool all = true;
  for (const Variant& variant : variants) {
    const Variant* partner = variant.stable ? partner_of(variant, variants) : nullptr;
    if (partner == nullptr) continue;
    std::vector<double> unconstrained, stable;
    for (const auto& [a, b] : paired(*partner, variant, measure_of(of_task(variants, variant.task)).metric)) {
      unconstrained.push_back(a);
      stable.push_back(b);
    }
    if (stable.empty()) continue;
    const double ratio = summarize(stable).mean / summarize(unconstrained).mean;
    all = all && ratio <= allowed_ratio;
    outcome.count(ratio <= allowed_ratio);
    outcome.evidence += (outcome.evidence.empty() ? "" : "; ") + literal(task_title(variant.task)) + ", " +
                        literal(variant.label) + ": " + format_number(ratio) + " times the unconstrained mean, " +
                        std::to_string(stable.size()) + " pairs";
  }
  if (!outcome.evidence.empty()) outcome.standing = all ? Standing::holds : Standing::fails;
  return outcome;
}

}  // namespace

std::map<std::string, ClaimOutcome> verdicts(const std::vector<Variant>& variants) {
  return {{"C1", alike(variants)}, {"C8", decay_under_bounds(variants)}};
}

}  // namespace unrecur::reports::gap

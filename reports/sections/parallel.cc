#include <algorithm>
#include <string>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/claims.h"
#include "reports/results/metrics.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"

namespace unrecur::reports {
namespace {

constexpr const char* theory_of_sweeps = R"(
All states of a sequence are one unknown with the equations $s_t = \varphi(s_{t-1}, x_t)$. A **sweep** makes them all new at
once: Jacobi's is $s_t \leftarrow \varphi(s_{t-1}, x_t)$, Newton's solves the equations linearised. With a proved rate
$\lambda < 1$ the largest error falls by $\lambda$ in a sweep of the first kind, and in one of the second

$$e^+ \;\le\; \frac{\min(D\,e,\; \tfrac12 L\,e^2)}{1 - \lambda},$$

$D$ the spread and $L$ the Lipschitz constant of the Jacobian. So the number of sweeps for an error is known before the run.
Parts of a sequence side by side start from zero as many steps earlier as the rate says.
)";

/// A number of every job that has both, compared with another; open where no job has them.
class SweepClaim {
 public:
  explicit SweepClaim(const char* words) : words_(words) {}

  void look(bool holds) {
    ++jobs_;
    kept_ += holds ? 1 : 0;
  }
  ClaimOutcome outcome() const {
    if (jobs_ == 0) return {};
    ClaimOutcome outcome;
    outcome.standing = kept_ == jobs_ ? ClaimOutcome::Standing::holds : ClaimOutcome::Standing::fails;
    outcome.evidence = outcome.ours = std::to_string(kept_) + " of " + std::to_string(jobs_) + " " + words_;
    outcome.cases = jobs_;
    outcome.agreeing = kept_;
    return outcome;
  }

 private:
  const char* words_;
  int jobs_ = 0, kept_ = 0;
};

std::map<std::string, ClaimOutcome> sweep_verdicts(const SectionInput& input) {
  SweepClaim kept("numbers of sweeps and errors are within their promise"), fewer("jobs promise fewer Newton sweeps"),
      faster("jobs of 256 units and 60,000 steps are at least twice as fast by parts");
  for (const StoredResult& result : input.results) {
    const double lambda = std::stod(text_or(result.config, "lambda", "0"));
    const auto epsilon = result.metric("epsilon");
    for (const std::string method : {"jacobi", "newton"}) {
      const auto promised = result.metric("promised_" + method);
      if (!promised) continue;
      const auto needed = result.metric("needed_" + method), error = result.metric("error_" + method);
      kept.look(needed && *needed <= *promised && error && epsilon && *error <= *epsilon);
    }
    const auto jacobi = result.metric("promised_jacobi"), newton = result.metric("promised_newton");
    if (jacobi && newton && lambda >= 0.5 && lambda <= 0.95) fewer.look(*newton < *jacobi);
    const auto warm = result.metric("error_chunked"), speedup = result.metric("speedup_chunked");
    if (result.metric("rate_upper") && warm && epsilon) kept.look(*warm <= *epsilon);
    const bool large = text_or(result.config, "hidden") == "256" && text_or(result.config, "length") == "60000";
    if (large && speedup && lambda <= 0.9) faster.look(*speedup >= 2.0);
  }
  return {{"S1", kept.outcome()}, {"S2", fewer.outcome()}, {"S3", faster.outcome()}};
}

SectionContent render_parallel(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{theory_of_sweeps}};
  add_claims(content, input.plan, sweep_verdicts(input));
  for (const std::string& task : tasks_of(variants)) {
    content.blocks.push_back(metrics_table("parallel", of_task(variants, task)));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section parallel;
const reports::Section parallel = {"parallel", "Recurrences in parallel", 90, reports::render_parallel};

}  // namespace unrecur::registry::sections

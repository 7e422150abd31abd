#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/claims.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"
#include "reports/sections/theorems/checks.h"
#include "reports/sections/theorems/figures.h"
#include "reports/sections/theorems/tables.h"

namespace unrecur::reports {
namespace {

constexpr const char* theory_of_theorems = R"(
Each theorem on truncation is measured here on small stable systems of which every constant is proved: linear systems and
RNNs (tanh), squared loss of the prediction at the last of $T$ steps, gradients with respect to the recurrence's weights
$w = (W, U, b)$.

With $\lVert W \rVert \le \lambda$, $L_x = \lVert U \rVert$, inputs within $B_x$ and states within
$B_h \le (L_x B_x + \lVert b \rVert)/(1 - \lambda)$, **Proposition 3** bounds the gap of the states,

$$\lVert h_t - h_t^k \rVert \le \lambda^k B_h .$$

**Lemma 1** bounds the gap of the gradients. Its constant, which the paper leaves open, has four parts: the steps that
truncation drops, and the Jacobians, the weight derivatives and the loss's slope at other states,

$$\lVert \nabla p - \nabla p^k \rVert \le \frac{L_p L_w \lambda^k}{1-\lambda} + (k-1)\lambda^{k-1}\frac{L_p L_w \beta_{hh} B_h}{1-\lambda}
+ k\lambda^{k-1} L_p \beta_{wh} B_h + \frac{\beta_p L_w B_h \lambda^k}{1-\lambda} \;\le\; \gamma k \lambda^k .$$

**Proposition 4** follows projected gradient descent with rates $\alpha/t$ on the recurrent and on the truncated loss. Their
weights separate by $\delta_{t+1} \le (1 + \alpha\beta/t)\,\delta_t + \alpha G/t$, $G$ the gradient gap, so

$$\delta_N \;\le\; \frac{G}{\beta}\Bigl(\prod_{s\le N}\bigl(1 + \tfrac{\alpha\beta}{s}\bigr) - 1\Bigr) \;\le\; \alpha\gamma k\lambda^k N^{\alpha\beta+1} .$$

The middle one, called *recursion* below, grows like $N^{\alpha\beta}$. **Theorem 1** adds the gap of the states: predictions
of the two trained models differ by at most $L_f\bigl(\tfrac{L_w}{1-\lambda}\delta_N + \lambda^k B_h\bigr)$.

The scalar system $h' = \lambda h + 100x$ with $x = 1$ and a loss that is linear in $h$ is where all of this is tight. The
systems at the end do not contract: an integrator, one with $\lambda = 1.05$, and a latch that never forgets its first input.
)";

std::string answer_theorems(const std::vector<Variant>& variants) {
  std::size_t compared = 0, violations = 0;
  for (const Variant& variant : variants) {
    if (!theorems::is_stable(variant)) continue;
    theorems::Comparison c = theorems::compare(variant, "state_gap", "bound_proposition3", "floor_state");
    c += theorems::compare(variant, "gradient_gap", "bound_lemma1_parts", "floor_gradient");
    for (const int k : theorems::weight_orders(variant)) {
      const std::string order = "_k" + std::to_string(k);
      c += theorems::compare(variant, "weight_distance" + order, "bound_recursion" + order, "floor_weights");
    }
    compared += c.compared;
    violations += c.violations;
  }
  if (compared == 0) return "";
  return "**The theorems on truncation**: of " + std::to_string(compared) +
         " measurements of states, gradients and weights on small stable systems " +
         (violations == 0 ? "none exceeds its proved bound."
                          : "**" + std::to_string(violations) + " exceed their bound.**");
}

SectionContent render_theorems(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{theory_of_theorems}};
  add_claims(content, input.plan, theorems::verdicts(variants));
  if (std::string text = answer_theorems(variants); !text.empty()) content.answers.push_back(std::move(text));
  for (Table& table :
       std::vector<Table>{theorems::looseness_table(variants), theorems::reasons_table(variants),
                          theorems::usual_rate_table(variants), theorems::unforgetting_table(variants)}) {
    if (!table.rows.empty()) content.blocks.push_back(std::move(table));
  }
  if (Figure figure = theorems::unforgetting_figure(variants); !figure.curves.empty()) {
    content.blocks.push_back(std::move(figure));
  }
  for (const Variant& variant : variants) {
    if (!theorems::is_stable(variant)) continue;
    for (Figure& figure : theorems::figures(variant)) content.blocks.push_back(std::move(figure));
  }
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section theorems;
const reports::Section theorems = {"theorems", "The theorems on truncation, measured", 12, reports::render_theorems};

}  // namespace unrecur::registry::sections

#include <string>
#include <utility>
#include <vector>

#include "reports/blocks/markup.h"
#include "reports/results/claims.h"
#include "reports/results/loss_table.h"
#include "reports/results/metrics.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"
#include "reports/sections/gap/answers.h"
#include "reports/sections/gap/figures.h"
#include "reports/sections/gap/tables.h"
#include "reports/sections/gap/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* theory_of_gap = R"(
A recurrent model keeps a state $h_t = \varphi(h_{t-1}, x_t)$, $h_0 = 0$. Its truncation of order $k$ runs the same map over
the last $k$ inputs only, from the zero state $h_{t-k}^k = 0$; it is a feed-forward network of the window
$x_{t-k+1}, \dots, x_t$. The **gap** of order $k$ is the distance between the two, at the worst step of the test set or in
the mean:

$$\max_t \lVert h_t - h_t^k \rVert .$$

Let $\varphi$ contract in the state with rate $\lambda < 1$, be Lipschitz in the input with constant $L_x$, and let the
inputs be bounded by $B_x$. Then (Proposition 3 of the paper)

$$\lVert h_t - h_t^k \rVert \;\le\; \lambda^k\, \frac{L_x B_x}{1 - \lambda},$$

because $L_x B_x / (1 - \lambda)$ bounds every state and each of the $k$ shared steps shrinks the distance by $\lambda$.
So an error of at most $\varepsilon$ is certain from

$$k(\varepsilon) \;=\; \Bigl\lceil \log_{1/\lambda} \frac{L_x B_x}{(1 - \lambda)\,\varepsilon} \Bigr\rceil$$

inputs on. A certificate in a sharper norm can promise a smaller $k(\varepsilon)$. In floating-point arithmetic a step is
off by some $\delta$, so gaps below the **rounding floor** $\delta / (1 - \lambda)$ say nothing.
)";

SectionContent render_gap(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{theory_of_gap}};
  add_claims(content, input.plan, gap::verdicts(variants));
  content.blocks.push_back(loss_table("gap", variants));
  content.blocks.push_back(gap::forgetting_table(variants));
  for (const std::string& task : tasks_of(variants)) {
    content.blocks.push_back(Heading{literal(task_title(task))});
    if (std::string text = gap::answer(task, variants); !text.empty()) content.answers.push_back(std::move(text));
    content.blocks.push_back(Prose{gap::details(task, variants)});
    const std::vector<const Variant*> task_variants = of_task(variants, task);
    if (Figure figure = gap::front_figure(task_variants); !figure.curves.empty() && content.front.empty()) {
      content.front.push_back({1, std::move(figure)});
    }
    for (Figure& figure : gap::figures(task_variants)) content.blocks.push_back(std::move(figure));
    content.blocks.push_back(folded_metrics_table("gap", task_variants));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section gap;
const reports::Section gap = {"gap", "The gap between a recurrent model and its truncations", 10, reports::render_gap};

}  // namespace unrecur::registry::sections

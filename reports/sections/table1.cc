#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/claims.h"
#include "reports/results/epoch_figures.h"
#include "reports/results/loss_table.h"
#include "reports/results/metrics.h"
#include "reports/results/paper_cells.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"
#include "reports/sections/table1/paper_table.h"
#include "reports/sections/table1/price.h"
#include "reports/sections/table1/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* theory_of_table1 = R"(
Every model is trained twice and more, from the same first weights on the same batches: without a constraint, and in a
**stable set**, into which its weights are projected after every step of plain gradient descent. The hyper-parameters
are those found by a search over the unconstrained model, by its validation part alone; the stable variants take them
unchanged. The weights of the best validation epoch are tested once.

For RNNs the set is $\lVert W \rVert_2 \le \lambda$ (*spectral*). For LSTMs the paper's set (*miller-hardt*) bounds the
largest forget gate $\bar f$ over all inputs and the row sums of the four recurrent matrices,

$$\lVert W_i \rVert_\infty, \lVert W_o \rVert_\infty \le \lambda - \bar f, \quad
\lVert W_g \rVert_\infty \le \tfrac14 (\lambda - \bar f), \quad
\lVert W_f \rVert_\infty \le (\lambda - \bar f)(1 - \bar f),$$

by scaling rows; *miller-hardt-l1* moves each row to the nearest point instead. *comparison-matrix* asks only that
the nonnegative matrix $M$ which bounds the Jacobian entry by entry satisfies $M v \le \lambda v$ for some $v > 0$: every
unit has a bound of its own, and the units share the room between them. *block-2norm* contracts in a weighted 2-norm
instead, where the norm of a random matrix grows like $\sqrt n$ rather than like $n$. GRUs have the analogue of the
paper's set (*delta-iss*), which takes the bounds of the worst unit for all, and that of *comparison-matrix*
(*comparison-gru*).

That a stable run stays in its set is proved after every epoch for the stored weights, rounding included: the largest
rate seen is `rate_proved_largest`, the number of epochs with a proof `epochs_proved`.
)";

std::string answer_table1(const std::string& task, const std::vector<Variant>& variants) {
  const Measure measure = measure_of(of_task(variants, task));
  std::string text;
  for (const std::string cell : kPaperCells) {
    const Variant* stable = table1::best_stable(variants, task, cell);
    const Variant* free = stable == nullptr ? nullptr : partner_of(*stable, variants);
    if (free == nullptr) continue;
    text += (text.empty() ? "On **" + literal(task_title(task)) + "**, " + measure.words + ": " : "; ") +
            literal(free->label) + " " + format_mean_sd(free->metrics(measure.metric)) + ", " + literal(stable->label) +
            " " + format_mean_sd(stable->metrics(measure.metric)) + " (difference " +
            format_difference(*free, *stable, measure.metric) + ")";
  }
  return text.empty() ? text : text + ".";
}

SectionContent render_table1(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {table1::paper_table(variants), Prose{theory_of_table1}};
  content.deviations = {
      "**table1**: the paper has one stable set for LSTMs, and sets the hyper-parameters by a search of its own; here "
      "the best of several sets on the validation part counts, and GRUs and Penn Treebank, words, are added."};
  add_claims(content, input.plan, table1::verdicts(variants));
  for (Figure& figure : std::vector<Figure>{table1::paper_figure(variants), table1::price_figure(variants)}) {
    if (!figure.curves.empty()) content.front.push_back({figure.id == "table1-published" ? 2 : 3, std::move(figure)});
  }
  content.blocks.push_back(loss_table("table1", variants));
  if (Table price = table1::price_table(variants); !price.rows.empty()) content.blocks.push_back(std::move(price));
  for (const std::string& task : tasks_of(variants)) {
    const std::vector<const Variant*> task_variants = of_task(variants, task);
    content.blocks.push_back(Heading{literal(task_title(task))});
    if (std::string text = answer_table1(task, variants); !text.empty()) content.answers.push_back(std::move(text));
    if (std::string text = table1::price_sentence(task, variants); !text.empty()) content.blocks.push_back(Prose{text});
    for (Figure& figure : learning_figures("table1", task_variants)) content.blocks.push_back(std::move(figure));
    content.blocks.push_back(folded_metrics_table("table1", task_variants));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section table1;
const reports::Section table1 = {"table1", "Stable and unconstrained models on every task", 5, reports::render_table1};

}  // namespace unrecur::registry::sections

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/claims.h"
#include "reports/results/metrics.h"
#include "reports/results/published.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"
#include "reports/sections/stability/parts.h"
#include "reports/sections/stability/verdicts.h"

namespace unrecur::reports {
namespace {

using stability::range_of;

constexpr const char* theory_of_fig2a = R"(
A map that expands somewhere can still be stable where its data takes it. For $r = 1, 2, \dots$ the ratio

$$\frac{\lVert \varphi^r(h, x) - \varphi^r(h', x) \rVert_2}{\lVert h - h' \rVert_2}$$

is made as large as gradient ascent over pairs of full states $(h, h')$ can make it, $x$ running over windows of the
training data and both states staying in the range of the states that the data leads to. The paper's finding: it falls
below 1 from some $r$ on, so the iterated map acts stably. Beside it, ours: the norm of the product of $r$ Jacobians
along the data itself, which is what a *small* error of the state meets, and the largest Lyapunov exponent.

All of these are **estimates**: what a search found on a sample, on neither side of the truth. None is a proof. Pairs
stay at least $10^{-4}$ apart, so ratios below about $10^{-10}$ are rounding. The paper's text of words is Wikitext-2.
)";

Figure ratio_figure(const Variant& variant) {
  Figure figure;
  figure.id = block_id("fig2a", variant.task, "ratio-" + variant.key);
  figure.title = "Contraction of the iterated map, " + task_title(variant.task);
  figure.caption =
      "Largest ratio found after $r$ steps, the median over all starts of the ascent, the largest before the ascent, "
      "and the largest norm of a product of $r$ Jacobians along the data.";
  figure.x.label = "iterations r";
  figure.y = {"ratio", true};
  figure.wide = true;
  add_curves(figure, variant, "ratio_worst", {"worst", "worst pair", Kind::estimate, 2});
  add_curves(figure, variant, "ratio_median", {"median", "median over starts", Kind::estimate, 3});
  add_curves(figure, variant, "ratio_unclimbed", {"unclimbed", "worst before the ascent", Kind::estimate, 4, true});
  add_curves(figure, variant, "gain_worst", {"gain", "Jacobian product along the data, worst", Kind::estimate, 1});
  add_curves(figure, variant, "gain_mean", {"gain-mean", "Jacobian product, geometric mean", Kind::estimate, 5, true});
  figure.levels.push_back({'y', 1.0, "1", 0});
  const Published* p =
      published_numbers().find(variant.task, text_or(variant.config(), "cell"), "r_contracting", false);
  if (p != nullptr) figure.levels.push_back({'x', p->value, "published r ≈ " + format_number(p->value), 0});
  return figure;
}

Figure exponent_figure(const Variant& variant) {
  Figure figure;
  figure.id = block_id("fig2a", variant.task, "lyapunov-" + variant.key);
  figure.title = "Largest Lyapunov exponent as data comes in, " + task_title(variant.task);
  figure.caption = "Running estimate of $\\lambda_1$ in nats a step, by the QR method.";
  add_curves(figure, variant, "lyapunov_largest", {"largest", "largest exponent", Kind::estimate, 1});
  return figure;
}

Table iterated_table(const std::vector<Variant>& variants) {
  Table table;
  table.id = "fig2a-contraction";
  table.caption =
      "From which $r$ on the iterated map contracts on its data (estimates; ranges over seeds). One step: the largest "
      "ratio and the largest Jacobian norm; $\\lambda_1$: largest Lyapunov exponent with its 95 % block-bootstrap "
      "interval. Published: " +
      published_numbers().caution + ".";
  table.columns = {{"task"},
                   {"variant"},
                   {"r", true},
                   {"published r", true},
                   {"one step, ratio", true},
                   {"one step, gain", true},
                   {"$\\lambda_1$", true},
                   {"from", true},
                   {"to", true}};
  for (const Variant& variant : variants) {
    table.rows.push_back({literal(task_title(variant.task)), literal(variant.label), range_of(variant, "r_contracting"),
                          stability::published_of(variant.task, text_or(variant.config(), "cell"), "r_contracting"),
                          range_of(variant, "ratio_first"), range_of(variant, "gain_first"),
                          range_of(variant, "lyapunov_max"), range_of(variant, "lyapunov_low"),
                          range_of(variant, "lyapunov_high")});
  }
  return table;
}

std::string answer_fig2a(const Variant& variant) {
  const std::vector<double> from = variant.metrics("r_contracting"), exponent = variant.metrics("lyapunov_max");
  const std::string published =
      stability::published_of(variant.task, text_or(variant.config(), "cell"), "r_contracting");
  std::string text = "On **" + literal(task_title(variant.task)) + "** the LSTM's map, iterated $r$ times, ";
  text += from.empty() ? "did not contract on its data at the largest $r$ that was measured"
                       : "contracts on its data from $r$ = " + range_of(variant, "r_contracting") + " on";
  if (published != kNothing) text += " (published: about " + published + ")";
  text += "; one step stretches some distance by a factor of " + range_of(variant, "ratio_first");
  if (!exponent.empty()) {
    text += ", and along the data errors change by a factor of " +
            format_number(std::exp(summarize(exponent).mean), 3) + " a step in the long run (estimates)";
  }
  return text + ".";
}

SectionContent render_fig2a(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{theory_of_fig2a}};
  add_claims(content, input.plan, {{"C3", stability::iterated_stability(variants)}});
  content.blocks.push_back(iterated_table(variants));
  for (const std::string& task : tasks_of(variants)) {
    content.blocks.push_back(Heading{literal(task_title(task))});
    const std::vector<const Variant*> task_variants = of_task(variants, task);
    for (const Variant* variant : task_variants) {
      content.answers.push_back(answer_fig2a(*variant));
      for (Figure figure : {ratio_figure(*variant), exponent_figure(*variant)}) {
        if (!figure.curves.empty()) content.blocks.push_back(std::move(figure));
      }
    }
    content.blocks.push_back(folded_metrics_table("fig2a", task_variants));
  }
  content.deviations = {"**fig2a**: the paper's text of words is Wikitext-2, ours is Penn Treebank."};
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section fig2a;
const reports::Section fig2a = {"fig2a", "Figure 2a: the iterated LSTM on its data", 22, reports::render_fig2a};

}  // namespace unrecur::registry::sections

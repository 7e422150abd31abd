#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/claims.h"
#include "reports/results/metrics.h"
#include "reports/results/paper_cells.h"
#include "reports/results/published.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"
#include "reports/sections/stability/parts.h"
#include "reports/sections/stability/verdicts.h"

namespace unrecur::reports {
namespace {

using stability::range_of;

constexpr const char* theory_of_fig2b = R"(
A truncated RNN of order $k$ is trained, validated and tested on windows: every prediction sees the last $k$ inputs from
the zero state. On short windows nothing forces the map to contract, and the paper reports that without a constraint
$\lambda = \lVert W \rVert_2$ grows to about 3.5 for short sequences and 1.5 for long ones. Here $\lambda$ is a proved
upper bound of $\lVert W \rVert_2$; beside it stand two estimates along the data, the largest norm of a single Jacobian
and $e^{\lambda_1}$, $\lambda_1$ the largest Lyapunov exponent. Each unconstrained model has a partner that was kept at
$\lVert W \rVert_2 \le 1$ from the same start on the same batches. Order 0 stands for the recurrent model.
)";

std::vector<const Variant*> with_set(const std::vector<const Variant*>& variants, bool stable) {
  std::vector<const Variant*> list;
  for (const Variant* variant : variants) {
    if (variant->stable == stable) list.push_back(variant);
  }
  return list;
}

void add_recurrent_level(Figure& figure, const std::vector<const Variant*>& variants, const std::string& metric,
                         const std::string& label, int colour) {
  for (const Variant* variant : variants) {
    const std::vector<double> values = variant->metrics(metric);
    if (stability::order_of(*variant) == 0 && !values.empty()) {
      figure.levels.push_back({'y', summarize(values).mean, label, colour});
    }
  }
}

Figure order_figure(const std::vector<const Variant*>& variants) {
  const std::vector<const Variant*> free = with_set(variants, false), stable = with_set(variants, true);
  const std::string unit = measure_of(variants).unit;
  Figure figure;
  figure.id = block_id("fig2b", variants.front()->task, "orders");
  figure.title = "Loss and instability against the order, " + task_title(variants.front()->task);
  figure.caption =
      "Test loss" + (unit.empty() ? "" : " (" + unit + ")") +
      " and $\\lambda$ of the trained model (upper bound of $\\lVert W \\rVert_2$), on one axis, against the "
      "truncation "
      "order $k$; straight lines are the recurrent models. Strong lines are means over seeds, thin lines single seeds.";
  figure.x = {"truncation order k", true};
  figure.y.label = "test loss; λ";
  figure.wide = true;
  using stability::add_order_curves;
  add_order_curves(figure, free, "test_nll", {"loss", "test loss, unconstrained", Kind::measured, 2});
  add_order_curves(figure, stable, "test_nll", {"loss-stable", "test loss, ‖W‖₂ ≤ 1", Kind::measured, 1});
  add_order_curves(figure, free, "rate_spectral_norm", {"rate", "λ = ‖W‖₂, unconstrained", Kind::upper, 6});
  add_order_curves(figure, free, "gain_first", {"gain", "largest Jacobian norm on data", Kind::estimate, 3, true});
  add_recurrent_level(figure, free, "test_nll", "recurrent, unconstrained", 2);
  add_recurrent_level(figure, free, "rate_spectral_norm", "λ, recurrent", 6);
  figure.levels.push_back({'y', 1.0, "1", 0});
  return figure;
}

Table order_table(const std::vector<Variant>& variants) {
  Table table;
  table.id = "fig2b-orders";
  table.caption =
      "One model an order; ranges are over seeds. $\\lambda$: proved upper bound of $\\lVert W \\rVert_2$; largest "
      "Jacobian and $\\lambda_1$: estimates on pieces of the training data.";
  table.columns = {{"task"},
                   {"variant"},
                   {"order", true},
                   {"seeds", true},
                   {"test loss", true},
                   {"$\\lambda$", true},
                   {"largest Jacobian", true},
                   {"$\\lambda_1$", true}};
  for (const Variant& variant : variants) {
    const int k = stability::order_of(variant);
    table.rows.push_back({literal(task_title(variant.task)),
                          variant.stable ? "$\\lVert W \\rVert_2 \\le 1$" : "unconstrained",
                          k == 0 ? "recurrent" : std::to_string(k), std::to_string(variant.results.size()),
                          format_mean_sd(variant.metrics("test_nll")), range_of(variant, "rate_spectral_norm"),
                          range_of(variant, "gain_first"), range_of(variant, "lyapunov_max")});
  }
  return table;
}

/// λ of the least order above 1, where W is used at all, and of the largest.
std::string answer_fig2b(const std::string& task, const std::vector<const Variant*>& variants) {
  const Variant *least = nullptr, *most = nullptr;
  for (const Variant* variant : with_set(variants, false)) {
    const int k = stability::order_of(*variant);
    if (k < 2 || variant->metrics("rate_spectral_norm").empty()) continue;
    if (least == nullptr || k < stability::order_of(*least)) least = variant;
    if (most == nullptr || k > stability::order_of(*most)) most = variant;
  }
  if (least == nullptr || least == most) return "";
  const auto part = [](const Variant& variant) {
    return "λ = " + range_of(variant, "rate_spectral_norm") + " at order " +
           std::to_string(stability::order_of(variant));
  };
  std::string text = "On **" + literal(task_title(task)) + "** the unconstrained truncated RNN has " + part(*least) +
                     " and " + part(*most);
  const std::string few = stability::published_of(task, kPaperRnn, "lambda_short");
  const std::string many = stability::published_of(task, kPaperRnn, "lambda_long");
  if (few != kNothing && many != kNothing) {
    text += " (published: about " + few + " for short sequences and " + many + " for long ones)";
  }
  return text + "; its test loss goes from " + format_mean_sd(least->metrics("test_nll")) + " to " +
         format_mean_sd(most->metrics("test_nll")) + ".";
}

/// By stable set, then by order, the recurrent model last.
std::vector<Variant> by_order(std::vector<Variant> variants) {
  std::stable_sort(variants.begin(), variants.end(), [](const Variant& a, const Variant& b) {
    const auto place = [](const Variant& variant) {
      const int k = stability::order_of(variant);
      return std::tuple(variant.task, variant.stable, k == 0, k);
    };
    return place(a) < place(b);
  });
  return variants;
}

SectionContent render_fig2b(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = by_order(variants_of(input.results));
  content.blocks = {Prose{theory_of_fig2b}};
  add_claims(content, input.plan, {{"C4", stability::instability_helps(variants)}});
  for (const std::string& task : tasks_of(variants)) {
    const std::vector<const Variant*> task_variants = of_task(variants, task);
    content.blocks.push_back(Heading{literal(task_title(task))});
    if (std::string text = answer_fig2b(task, task_variants); !text.empty()) content.answers.push_back(std::move(text));
    content.blocks.push_back(order_figure(task_variants));
  }
  content.blocks.push_back(order_table(variants));
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section fig2b;
const reports::Section fig2b = {"fig2b", "Figure 2b: truncated RNNs on music, loss and instability", 23,
                                reports::render_fig2b};

}  // namespace unrecur::registry::sections

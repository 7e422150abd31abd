#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "reports/arms.h"
#include "reports/claims.h"
#include "reports/markup.h"
#include "reports/metrics.h"
#include "reports/numbers.h"
#include "reports/published.h"
#include "reports/section.h"
#include "reports/sections/stability/parts.h"
#include "reports/sections/stability/verdicts.h"

namespace unrecur::reports {
namespace {

using stability::range_of;

constexpr const char* theory = R"(
A truncated RNN of order $k$ is trained, validated and tested on windows: every prediction sees the last $k$ inputs from
the zero state. On short windows nothing forces the map to contract, and the paper reports that without a constraint
$\lambda = \lVert W \rVert_2$ grows to about 3.5 for short sequences and 1.5 for long ones. Here $\lambda$ is a proved
upper bound of $\lVert W \rVert_2$; beside it stand two estimates along the data, the largest norm of a single Jacobian
and $e^{\lambda_1}$, $\lambda_1$ the largest Lyapunov exponent. Each unconstrained model has a partner that was kept at
$\lVert W \rVert_2 \le 1$ from the same start on the same batches. Order 0 stands for the recurrent model.
)";

std::vector<const Arm*> with_set(const std::vector<const Arm*>& arms, bool stable) {
  std::vector<const Arm*> list;
  for (const Arm* arm : arms) {
    if (arm->stable == stable) list.push_back(arm);
  }
  return list;
}

void add_recurrent_level(Figure& figure, const std::vector<const Arm*>& arms, const std::string& metric,
                         const std::string& label, int colour) {
  for (const Arm* arm : arms) {
    const std::vector<double> values = arm->metrics(metric);
    if (stability::order_of(*arm) == 0 && !values.empty()) {
      figure.levels.push_back({'y', summarize(values).mean, label, colour});
    }
  }
}

Figure order_figure(const std::vector<const Arm*>& arms) {
  const std::vector<const Arm*> free = with_set(arms, false), stable = with_set(arms, true);
  const std::string unit = measure_of(arms).unit;
  Figure figure;
  figure.id = block_id("fig2b", arms.front()->task, "orders");
  figure.title = "Loss and instability against the order, " + task_title(arms.front()->task);
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

Table order_table(const std::vector<Arm>& arms) {
  Table table;
  table.id = "fig2b-orders";
  table.caption =
      "One model an order; ranges are over seeds. $\\lambda$: proved upper bound of $\\lVert W \\rVert_2$; largest "
      "Jacobian and $\\lambda_1$: estimates on pieces of the training data.";
  table.columns = {{"task"},
                   {"arm"},
                   {"order", true},
                   {"seeds", true},
                   {"test loss", true},
                   {"$\\lambda$", true},
                   {"largest Jacobian", true},
                   {"$\\lambda_1$", true}};
  for (const Arm& arm : arms) {
    const int k = stability::order_of(arm);
    table.rows.push_back({literal(task_title(arm.task)), arm.stable ? "$\\lVert W \\rVert_2 \\le 1$" : "unconstrained",
                          k == 0 ? "recurrent" : std::to_string(k), std::to_string(arm.results.size()),
                          format_mean_sd(arm.metrics("test_nll")), range_of(arm, "rate_spectral_norm"),
                          range_of(arm, "gain_first"), range_of(arm, "lyapunov_max")});
  }
  return table;
}

/// λ of the least order above 1, where W is used at all, and of the largest.
std::string answer(const std::string& task, const std::vector<const Arm*>& arms) {
  const Arm *least = nullptr, *most = nullptr;
  for (const Arm* arm : with_set(arms, false)) {
    const int k = stability::order_of(*arm);
    if (k < 2 || arm->metrics("rate_spectral_norm").empty()) continue;
    if (least == nullptr || k < stability::order_of(*least)) least = arm;
    if (most == nullptr || k > stability::order_of(*most)) most = arm;
  }
  if (least == nullptr || least == most) return "";
  const auto part = [](const Arm& arm) {
    return "λ = " + range_of(arm, "rate_spectral_norm") + " at order " + std::to_string(stability::order_of(arm));
  };
  std::string text = "On **" + literal(task_title(task)) + "** the unconstrained truncated RNN has " + part(*least) +
                     " and " + part(*most);
  const std::string few = stability::published_of(task, "elman", "lambda_short");
  const std::string many = stability::published_of(task, "elman", "lambda_long");
  if (few != kNothing && many != kNothing) {
    text += " (published: about " + few + " for short sequences and " + many + " for long ones)";
  }
  return text + "; its test loss goes from " + format_mean_sd(least->metrics("test_nll")) + " to " +
         format_mean_sd(most->metrics("test_nll")) + ".";
}

/// By stable set, then by order, the recurrent model last.
std::vector<Arm> by_order(std::vector<Arm> arms) {
  std::stable_sort(arms.begin(), arms.end(), [](const Arm& a, const Arm& b) {
    const auto place = [](const Arm& arm) {
      const int k = stability::order_of(arm);
      return std::tuple(arm.task, arm.stable, k == 0, k);
    };
    return place(a) < place(b);
  });
  return arms;
}

SectionContent render(const SectionInput& input) {
  SectionContent content;
  const std::vector<Arm> arms = by_order(arms_of(input.results));
  content.blocks = {Prose{theory}, stability::command_of(input)};
  add_claims(content, input.plan, {{"C4", stability::instability_helps(arms)}});
  for (const std::string& task : tasks_of(arms)) {
    const std::vector<const Arm*> task_arms = of_task(arms, task);
    content.blocks.push_back(Heading{literal(task_title(task))});
    if (std::string text = answer(task, task_arms); !text.empty()) content.answers.push_back(std::move(text));
    content.blocks.push_back(order_figure(task_arms));
  }
  content.blocks.push_back(order_table(arms));
  content.not_run = missing_seeds(arms);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section fig2b;
const reports::Section fig2b = {"fig2b", "Figure 2b: truncated RNNs on music, loss and instability", 23,
                                reports::render};

}  // namespace unrecur::registry::sections

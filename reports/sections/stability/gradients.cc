#include "reports/sections/stability/gradients.h"

#include <utility>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/claims.h"
#include "reports/results/metrics.h"
#include "reports/results/paper_cells.h"
#include "reports/sections/stability/parts.h"
#include "reports/sections/stability/verdicts.h"

namespace unrecur::reports::stability {
namespace {

constexpr const char* gradient_theory = R"(
How much does the loss $p_{t+i}$ at step $t + i$ feel the input $x_t$? By the chain rule

$$\nabla_{x_t} p_{t+i} = \Bigl(\frac{\partial \varphi}{\partial x}\Bigr)^{\!\top}_{t} J_{t+1}^\top \cdots J_{t+i}^\top\, \nabla_h p_{t+i},$$

so it vanishes at the rate at which products of Jacobians along the data shrink, whether or not the map contracts
everywhere. Each mean is over pieces spread over the training set, the band holds the middle 80 % of them; $x_t$ is what
the cell reads, the embedding of a symbol. Means are over gradient norms, so large ones weigh most. The paper's curves
fall over orders of magnitude in unconstrained models too, those of the LSTM more slowly than those of the RNN.
)";

/// The mean and the edges of the band; the edges at the start are hidden at first.
void add_stage(Figure& figure, const Variant& variant, const std::string& stage, const std::string& words, int colour) {
  const std::string key = variant.key + "-" + stage, name = "gradient_" + stage;
  add_curves(figure, variant, name + "_mean", {key, variant.label + ", " + words, Kind::measured, colour});
  for (const auto& [edge, share] : {std::pair{"low", "10 %"}, std::pair{"high", "90 %"}}) {
    add_curves(
        figure, variant, name + "_" + edge,
        {key + "-" + edge, variant.label + ", " + words + ", " + share, Kind::measured, colour, stage == "start"});
  }
}

Figure gradient_figure(const std::string& experiment, const std::vector<const Variant*>& variants) {
  Figure figure;
  figure.id = block_id(experiment, variants.front()->task, "gradients");
  figure.title = "Gradients with respect to the inputs, " + task_title(variants.front()->task);
  figure.caption =
      "$\\lVert \\nabla_{x_t} p_{t+i} \\rVert_2$ against the distance $i$, before and after training; mean, 10 % and "
      "90 % "
      "of the pieces.";
  figure.x.label = "distance i in steps";
  figure.y = {"gradient norm", true};
  figure.wide = true;
  int colour = 1;
  for (const Variant* variant : variants) {
    add_stage(figure, *variant, "trained", "trained", colour++);
    add_stage(figure, *variant, "start", "at the start", colour++);
  }
  return figure;
}

Table decay_table(const std::string& experiment, const std::vector<Variant>& variants) {
  Table table;
  table.id = slug(experiment + "-decay");
  table.caption =
      "How fast gradients vanish. Decay: factor a step, fitted to the logarithm of the mean norm from distance 1 on; "
      "left: mean norm at the largest distance over that at distance 1. Ranges are over seeds.";
  table.columns = {{"task"},
                   {"variant"},
                   {"distance", true},
                   {"decay, start", true},
                   {"decay, trained", true},
                   {"left, start", true},
                   {"left, trained", true}};
  for (const Variant& variant : variants) {
    table.rows.push_back({literal(task_title(variant.task)), literal(variant.label),
                          text_or(variant.config(), "distance"), range_of(variant, "decay_start"),
                          range_of(variant, "decay_trained"), range_of(variant, "vanishing_start", 2),
                          range_of(variant, "vanishing_trained", 2)});
  }
  return table;
}

/// Which of the two cells forgets its inputs faster, from the fitted decays.
std::string comparison(const std::vector<const Variant*>& variants) {
  const Variant *rnn = nullptr, *lstm = nullptr;
  for (const Variant* variant : variants) {
    const std::string cell = text_or(variant->config(), "cell");
    if (cell == kPaperRnn) rnn = variant;
    if (cell == kPaperLstm) lstm = variant;
  }
  if (rnn == nullptr || lstm == nullptr) return "";
  const std::vector<double> a = rnn->metrics("decay_trained"), b = lstm->metrics("decay_trained");
  if (a.empty() || b.empty()) return "";
  const bool slower = summarize(b).mean > summarize(a).mean;
  return "On **" + literal(task_title(rnn->task)) +
         "** the gradient with respect to an input vanishes after training " + "by a factor of " +
         range_of(*rnn, "decay_trained") + " a step in the RNN and of " + range_of(*lstm, "decay_trained") +
         " in the LSTM: " + (slower ? "more slowly" : "no more slowly") + " in the LSTM (published: more slowly).";
}

}  // namespace

SectionContent gradients_section(const SectionInput& input) {
  SectionContent content;
  const std::string experiment = input.results.front().experiment;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{gradient_theory}};
  add_claims(content, input.plan, {{"C5", vanishing_gradients(variants)}});
  content.blocks.push_back(decay_table(experiment, variants));
  for (const std::string& task : tasks_of(variants)) {
    const std::vector<const Variant*> task_variants = of_task(variants, task);
    content.blocks.push_back(Heading{literal(task_title(task))});
    if (std::string text = comparison(task_variants); !text.empty()) content.answers.push_back(std::move(text));
    content.blocks.push_back(gradient_figure(experiment, task_variants));
    content.blocks.push_back(folded_metrics_table(experiment, task_variants));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace unrecur::reports::stability

#include <string>
#include <utility>
#include <vector>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/claims.h"
#include "reports/results/epoch_figures.h"
#include "reports/results/loss_table.h"
#include "reports/results/metrics.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"
#include "reports/sections/price/texts.h"

namespace unrecur::reports {
namespace {

constexpr const char* theory = R"(
A layer whose gates see its inputs alone takes its state in linearly, $c' = f \circ c + (1 - f) \circ z$, so that two
states that read the same inputs come together by the forget gate: with $f = \kappa\,\sigma(\cdot)$, $\kappa < 1$, the
layer contracts at the rate $\kappa$ **by construction**, whatever its weights and inputs are. A stack of such layers,
with skip connections too, is block triangular and contracts at any rate above the largest cap; what its layers do to
each other costs weights of the norm, and so steps of context, but no stability. The rate is proved after every epoch
for the stored weights (`rate_proved_largest`), and `context` is the number of last inputs that are proved to determine
the state to within $10^{-3}$.

All recurrent models of a text have about the same number of weights in their layers, and the same epochs, batches and
optimiser. Convolutions and attention stand beside them, with as many epochs and, where the configuration says so, with
a recipe of their own: they see a fixed number of inputs, which is their `context`.
)";

std::string answer(const price::Text& text) {
  const Variant* capped = price::capped_stack(text, 0.98);
  const Variant* lstm = price::best_unconstrained_lstm(text);
  if (capped == nullptr || lstm == nullptr) return {};
  const Measure measure = measure_of(text.variants);
  std::string sentence = "On **" + literal(text.title) + "**, " + measure.words + ": " + literal(label_in_text(*lstm)) +
                         " " + format_mean_sd(lstm->metrics(measure.metric)) + ", " + literal(label_in_text(*capped)) +
                         " " + format_mean_sd(capped->metrics(measure.metric));
  const std::vector<double> contexts = capped->metrics("context");
  if (!contexts.empty()) sentence += ", which forgets within " + format_mean_sd(contexts) + " proved steps";
  return sentence + ".";
}

SectionContent render(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{theory}};
  add_claims(content, input.plan, price::verdicts(variants));
  content.blocks.push_back(loss_table("price", variants));
  for (const price::Text& text : price::texts_of(variants)) {
    content.blocks.push_back(Heading{literal(text.title)});
    if (std::string sentence = answer(text); !sentence.empty()) content.answers.push_back(std::move(sentence));
    if (Figure figure = price::memory_figure(text); !figure.curves.empty()) content.blocks.push_back(std::move(figure));
  }
  for (const std::string& task : tasks_of(variants)) {
    const std::vector<const Variant*> task_variants = of_task(variants, task);
    for (Figure& figure : learning_figures("price", task_variants)) content.blocks.push_back(std::move(figure));
    content.blocks.push_back(folded_metrics_table("price", task_variants));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section price;
const reports::Section price = {"price", "Stability without a price", 8, reports::render};

}  // namespace unrecur::registry::sections

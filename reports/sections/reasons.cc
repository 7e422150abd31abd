#include <utility>

#include "reports/results/claims.h"
#include "reports/results/section.h"
#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/reasons.h"

namespace unrecur::reports {
namespace {

constexpr const char* reasons_words = R"(
Three reasons are given for feed-forward models: they train in parallel over time, they train more easily, and an output
costs no more. Here each is measured with models of as many weights.
)";

SectionContent render_reasons(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{reasons_words}};
  add_claims(content, input.plan, rivals::reasons_verdicts(variants));
  const auto add = [&](const char* study, const char* series, const char* title) {
    Figure figure = rivals::study_figure(variants, study, series, title);
    if (!figure.curves.empty()) content.blocks.push_back(std::move(figure));
  };
  add("time", "training_seconds_per_step", "Training time a step, against the length of sequences");
  add("inference", "cached_seconds_per_step", "One more output, with a cache");
  add("inference", "naive_seconds_per_step", "One more output, from all inputs anew");
  content.blocks.push_back(rivals::race_table("reasons", variants));
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section reasons;
const reports::Section reasons = {"reasons", "Why feed-forward: three reasons", 26, reports::render_reasons};

}  // namespace unrecur::registry::sections

#include <algorithm>

#include "reports/blocks/markup.h"
#include "reports/results/claims.h"
#include "reports/results/metrics.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"

namespace unrecur::reports {
namespace {

constexpr int palette_size = 6;

std::vector<std::string> series_names(const std::vector<const Variant*>& variants) {
  std::vector<std::string> names;
  for (const Variant* variant : variants) {
    for (const StoredResult* r : variant->results) {
      for (const Series& s : r->series) {
        if (std::find(names.begin(), names.end(), s.name) == names.end()) names.push_back(s.name);
      }
    }
  }
  return names;
}

/// One series of all variants, a family per variant.
Figure series_figure(const std::string& experiment, const std::string& name,
                     const std::vector<const Variant*>& variants) {
  const std::string& task = variants.front()->task;
  Figure figure;
  figure.id = block_id(experiment, task, name);
  figure.title = name + ", " + task_title(task);
  figure.caption = "Series `" + name + "` of every configuration.";
  int colour = 0;
  for (const Variant* variant : variants) {
    add_curves(figure, *variant, name, {variant->key, variant->label, Kind::measured, 1 + colour++ % palette_size});
  }
  return figure;
}

}  // namespace

SectionContent generic_section(const SectionInput& input) {
  SectionContent content;
  const std::span<const StoredResult> results = input.results;
  const std::string& experiment = results.front().experiment;
  const std::vector<Variant> variants = variants_of(results);
  add_claims(content, input.plan, {});
  for (const std::string& task : tasks_of(variants)) {
    const std::vector<const Variant*> task_variants = of_task(variants, task);
    content.blocks.push_back(Heading{literal(task_title(task))});
    content.blocks.push_back(metrics_table(experiment, task_variants));
    for (const std::string& name : series_names(task_variants)) {
      Figure figure = series_figure(experiment, name, task_variants);
      if (!figure.curves.empty()) content.blocks.push_back(std::move(figure));
    }
  }
  content.not_run = missing_seeds(variants);
  return content;
}

const Section* find_section(std::string_view name) {
  for (const Section* section : registry::sections::all()) {
    if (section->name == name) return section;
  }
  return nullptr;
}

}  // namespace unrecur::reports

#include <algorithm>

#include "reports/arms.h"
#include "reports/claims.h"
#include "reports/markup.h"
#include "reports/metrics.h"
#include "reports/section.h"

namespace unrecur::reports {
namespace {

constexpr int palette_size = 6;

std::vector<std::string> series_names(const std::vector<const Arm*>& arms) {
  std::vector<std::string> names;
  for (const Arm* arm : arms) {
    for (const StoredResult* r : arm->results) {
      for (const Series& s : r->series) {
        if (std::find(names.begin(), names.end(), s.name) == names.end()) names.push_back(s.name);
      }
    }
  }
  return names;
}

/// One series of all arms, a family per arm.
Figure series_figure(const std::string& experiment, const std::string& name, const std::vector<const Arm*>& arms) {
  const std::string& task = arms.front()->task;
  Figure figure;
  figure.id = block_id(experiment, task, name);
  figure.title = name + ", " + task_title(task);
  figure.caption = "Series `" + name + "` of every configuration.";
  int colour = 0;
  for (const Arm* arm : arms) {
    add_curves(figure, *arm, name, {arm->key, arm->label, Kind::measured, 1 + colour++ % palette_size});
  }
  return figure;
}

}  // namespace

SectionContent generic_section(const SectionInput& input) {
  SectionContent content;
  const std::span<const StoredResult> results = input.results;
  const std::string& experiment = results.front().experiment;
  const std::vector<Arm> arms = arms_of(results);
  add_claims(content, input.plan, {});
  for (const std::string& task : tasks_of(arms)) {
    const std::vector<const Arm*> task_arms = of_task(arms, task);
    content.blocks.push_back(Heading{literal(task_title(task))});
    content.blocks.push_back(metrics_table(experiment, task_arms));
    for (const std::string& name : series_names(task_arms)) {
      Figure figure = series_figure(experiment, name, task_arms);
      if (!figure.curves.empty()) content.blocks.push_back(std::move(figure));
    }
  }
  content.not_run = missing_seeds(arms);
  return content;
}

const Section* find_section(std::string_view name) {
  for (const Section* section : registry::sections::all()) {
    if (section->name == name) return section;
  }
  return nullptr;
}

}  // namespace unrecur::reports

#include <utility>

#include "reports/results/metrics.h"
#include "reports/results/section.h"
#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/reasons.h"

namespace unrecur::reports {
namespace {

constexpr const char* memory_words = R"(
How much of the past does a task need? A convolutional model sees as many inputs as its kernel and its levels reach, a
truncated recurrent one as many as it is trained to see.
)";

SectionContent render_memory(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{memory_words}};
  for (const std::string& task : tasks_of(variants)) {
    Figure figure = rivals::field_figure("memory", of_task(variants, task));
    if (!figure.curves.empty()) content.blocks.push_back(std::move(figure));
  }
  content.blocks.push_back(rivals::race_table("memory", variants));
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section memory;
const reports::Section memory = {"memory", "The memory that a task needs", 27, reports::render_memory};

}  // namespace unrecur::registry::sections

#include "reports/sections/truncated/paths.h"

namespace unrecur::reports {
namespace {

SectionContent render_fig5b(const SectionInput& input) {
  return truncated::path_section(input, "fig5b");
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section fig5b;
const reports::Section fig5b = {"fig5b", "Weights of truncated LSTMs along training", 51, reports::render_fig5b};

}  // namespace unrecur::registry::sections

#include "reports/sections/truncated/paths.h"

namespace unrecur::reports {
namespace {

SectionContent render_fig5a(const SectionInput& input) {
  return truncated::path_section(input, "fig5a");
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section fig5a;
const reports::Section fig5a = {"fig5a", "Weights of truncated RNNs along training", 50, reports::render_fig5a};

}  // namespace unrecur::registry::sections

#include "reports/sections/truncated/orders.h"

namespace unrecur::reports {
namespace {

SectionContent render_fig4a(const SectionInput& input) {
  return truncated::order_section(input, "fig4a");
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section fig4a;
const reports::Section fig4a = {"fig4a", "Truncated models against the order, words", 40, reports::render_fig4a};

}  // namespace unrecur::registry::sections

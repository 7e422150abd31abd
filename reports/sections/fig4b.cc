#include "reports/sections/truncated/orders.h"

namespace unrecur::reports {
namespace {

SectionContent render_fig4b(const SectionInput& input) {
  return truncated::order_section(input, "fig4b");
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section fig4b;
const reports::Section fig4b = {"fig4b", "Truncated models against the order, music", 41, reports::render_fig4b};

}  // namespace unrecur::registry::sections

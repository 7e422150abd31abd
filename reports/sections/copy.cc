#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* copy_words = R"(
Ten letters, a delay of $T$ blanks, and the letters again. A model of field $k$ sees the letters only where
$k > T + 10$; a recurrent one has to carry them. Accuracy is that of the letters to be repeated; the loss is a mean
over all steps, most of which are blank.
)";

SectionContent render_copy(const SectionInput& input) {
  return rivals::render_race(input, copy_words, rivals::copy_verdicts(variants_of(input.results)));
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section copy;
const reports::Section copy = {"copy", "Copy memory", 20, reports::render_copy};

}  // namespace unrecur::registry::sections

#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* text_words = R"(
The next symbol of a text, by models with about as many weights.
)";

SectionContent render_text(const SectionInput& input) {
  return rivals::render_race(input, text_words, rivals::text_verdicts(variants_of(input.results)));
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section text;
const reports::Section text = {"text", "Texts: convolutions, attention and recurrences", 24, reports::render_text};

}  // namespace unrecur::registry::sections

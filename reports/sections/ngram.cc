#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* ngram_words = R"(
An LSTM that sees the last $n$ symbols alone, from the zero state, trained so.
)";

SectionContent render_ngram(const SectionInput& input) {
  return rivals::render_race(input, ngram_words, rivals::ngram_verdicts(variants_of(input.results)));
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section ngram;
const reports::Section ngram = {"ngram", "The LSTM n-gram", 25, reports::render_ngram};

}  // namespace unrecur::registry::sections

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>
#include <vector>

#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/reasons.h"
#include "reports/sections/rivals/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* ngram_words = R"(
An LSTM that sees the last $n$ symbols alone, from the zero state, trained so. Models of sentences start from the zero state
at every line, as the published ones do (Chelba, Norouzi, Bengio 2017); both kinds predict every word of the text.
)";

SectionContent render_ngram(const SectionInput& input) {
  const std::vector<Variant> variants = variants_of(input.results);
  SectionContent content = rivals::render_race(input, ngram_words, rivals::ngram_verdicts(variants));
  const auto place = std::ranges::find_if(content.blocks, [](const Block& b) { return std::get_if<Heading>(&b); });
  std::vector<Block> figures;
  for (const std::string& task : tasks_of(variants)) {
    Figure figure = rivals::field_figure("ngram", of_task(variants, task));
    if (!figure.curves.empty()) figures.emplace_back(std::move(figure));
  }
  content.blocks.insert(place, std::make_move_iterator(figures.begin()), std::make_move_iterator(figures.end()));
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section ngram;
const reports::Section ngram = {"ngram", "The LSTM n-gram", 25, reports::render_ngram};

}  // namespace unrecur::registry::sections

#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* adding_words = R"(
Two of $T$ numbers are marked, one in each half; their sum is due at the end. Always answering 1 has a mean squared
error of $1/6$.
)";

SectionContent render_adding(const SectionInput& input) {
  return rivals::render_race(input, adding_words, {});
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section adding;
const reports::Section adding = {"adding", "The adding problem", 21, reports::render_adding};

}  // namespace unrecur::registry::sections

#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* speech_words = R"(
The next sample of raw speech, one of 256 values, in bits, by models with as many weights.
)";

SectionContent render_speech(const SectionInput& input) {
  return rivals::render_race(input, speech_words, rivals::speech_verdicts(variants_of(input.results)));
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section speech;
const reports::Section speech = {"speech", "Raw speech", 28, reports::render_speech};

}  // namespace unrecur::registry::sections

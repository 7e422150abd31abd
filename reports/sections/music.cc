#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* music_words = R"(
The next frame of a piano roll, in nats a frame, by models with as many weights.
)";

SectionContent render_music(const SectionInput& input) {
  return rivals::render_race(input, music_words, rivals::music_verdicts(variants_of(input.results)));
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section music;
const reports::Section music = {"music", "Music: convolutions and recurrences", 22, reports::render_music};

}  // namespace unrecur::registry::sections

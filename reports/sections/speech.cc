#include <string>
#include <utility>

#include "base/base64.h"
#include "experiments/rivals/speech.h"
#include "reports/blocks/markup.h"
#include "reports/sections/rivals/race.h"
#include "reports/sections/rivals/verdicts.h"

namespace unrecur::reports {
namespace {

constexpr const char* speech_words = R"(
The next sample of raw speech, one of 256 values, in bits, by models with as many weights.
)";

/// What the runs of a variant went on with after silence, by themselves.
void add_audio(SectionContent& content, const Variant& variant) {
  for (const StoredResult* result : variant.results) {
    const auto values = from_base64(text_or(result->notes, kGeneratedNote));
    if (!values || values->empty()) continue;
    std::vector<std::int16_t> samples;
    for (const char value : *values) samples.push_back(expanded(static_cast<unsigned char>(value)));
    const std::string model = rivals::model_of(variant), seed = std::to_string(result->seed);
    content.blocks.push_back(Audio{.id = slug("speech-" + model + "-" + variant.task + "-" + seed),
                                   .caption = "What **" + literal(model) + "** goes on with by itself after silence, " +
                                              literal(task_title(variant.task)) + ", seed " + seed +
                                              ": each sample drawn from what the model says.",
                                   .wav = wav_file(samples)});
  }
}

SectionContent render_speech(const SectionInput& input) {
  const std::vector<Variant> variants = variants_of(input.results);
  SectionContent content = rivals::render_race(input, speech_words, rivals::speech_verdicts(variants));
  for (const Variant& variant : variants) add_audio(content, variant);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section speech;
const reports::Section speech = {"speech", "Raw speech", 28, reports::render_speech};

}  // namespace unrecur::registry::sections

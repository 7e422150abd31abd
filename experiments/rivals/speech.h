#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "experiments/tasks/task.h"

namespace unrecur {

class DataSource;

/// Values of a sample after companding.
inline constexpr Index kSampleValues = 256;

/// µ-law, µ = 255: sign(s) ln(1 + µ|s|)/ln(1 + µ) of s = sample/2¹⁵, rounded to one of 256 values 0 … 255, the silence
/// of 0 among them as 128. Rises with the sample. Source: ITU-T G.711; van den Oord et al. 2016, section 2.2.
int companded(std::int16_t sample);
/// The sample in the middle of those that are companded so.
std::int16_t expanded(int value);

/// What a trained model goes on with after silence is stored as a note of this name: so many values, a byte each, in
/// base 64. A second at the rate of the Free Spoken Digit Dataset.
inline constexpr const char* kGeneratedNote = "generated_samples";
inline constexpr Index kGeneratedSamples = 8000;
inline constexpr int kSampleRate = 8000;

/// The samples of a WAV file of 16 bits, one channel, uncompressed. Throws FileError for anything else.
std::vector<std::int16_t> read_wav(std::span<const std::byte> content, const std::string& file);

/// Such a file, of 8,000 samples a second.
std::string wav_file(std::span<const std::int16_t> samples);

struct SpeechOptions {
  Index piece = 1600;  ///< samples of a training sequence; the others are whole recordings
};

/// The next sample of raw audio from those before it, one of 256 values; each sequence begins after silence.
///
/// fsdd: the recordings of the Free Spoken Digit Dataset, cut into pieces to learn from. Its own rule decides what is
/// tested (index 0 to 4); of the others index 5 to 9 select, which no published run holds back. Each recording is held
/// against SHA256SUMS. Throws FileError as DataSource::find and read_wav do, for a list that is malformed and for a
/// recording that is another.
Task make_speech_task(const DataSource& data, const SpeechOptions& options = {});

/// tones, built in: two sines of random pitch and phase and a little noise, companded; for runs without data.
Task make_tones_task(std::uint64_t seed);

}  // namespace unrecur

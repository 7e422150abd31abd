#include "experiments/rivals/speech.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numbers>

#include "base/byte_order.h"
#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/sha256.h"
#include "experiments/data/lines.h"
#include "experiments/data/source.h"
#include "experiments/tasks/splits.h"

namespace unrecur {
namespace {

constexpr double kMu = 255.0, kFullScale = 32768.0;
constexpr int kSilence = 128;

/// Predicts each sample from those before it; before the first there is silence.
Sequence next_samples(std::span<const std::int16_t> samples, int before) {
  Sequence sequence;
  sequence.symbols.push_back(before);
  for (const std::int16_t sample : samples) {
    sequence.target_symbols.push_back(companded(sample));
    sequence.symbols.push_back(sequence.target_symbols.back());
  }
  sequence.symbols.pop_back();
  return sequence;
}

Task empty_task(std::string name, std::string source) {
  Task task;
  task.name = std::move(name);
  task.input = InputKind::symbols;
  task.input_size = task.target_size = kSampleValues;
  task.target = TargetKind::softmax;
  task.source = std::move(source);
  return task;
}

struct Recording {
  std::string file;
  Index index = 0;
};

/// The recordings of manifest.tsv: a line of headings, then file, digit, speaker, index, … parted by TABs.
std::vector<Recording> read_manifest(const std::filesystem::path& path) {
  const Bytes content = read_unpacked(path);
  std::vector<Recording> recordings;
  for_each_line(as_text(content), path.string(), [&](std::string_view line, std::int64_t number) {
    if (number == 1) return;
    std::vector<std::string_view> words;
    for_each_word(line, [&](std::string_view word) { words.push_back(word); });
    Recording recording;
    const bool long_enough = words.size() >= 4;
    const char* end = long_enough ? words[3].data() + words[3].size() : nullptr;
    if (!long_enough || std::from_chars(words[3].data(), end, recording.index).ptr != end || recording.index < 0 ||
        words[0].find_first_of("/\\") != std::string_view::npos) {
      throw FileError({path.string(), line_place(number),
                       "expected a file name, a digit, a speaker and an index, parted by TABs", ""});
    }
    recording.file = words[0];
    recordings.push_back(std::move(recording));
  });
  return recordings;
}

/// The sums of SHA256SUMS, by file name.
std::map<std::string, std::string, std::less<>> read_sums(const std::filesystem::path& path) {
  const Bytes content = read_unpacked(path);
  std::map<std::string, std::string, std::less<>> sums;
  for_each_line(as_text(content), path.string(), [&](std::string_view line, std::int64_t number) {
    std::vector<std::string_view> words;
    for_each_word(line, [&](std::string_view word) { words.push_back(word); });
    if (words.size() != 2) throw FileError({path.string(), line_place(number), "expected a sum and a file name", ""});
    sums.emplace(words[1], words[0]);
  });
  return sums;
}

void add_pieces(const std::vector<std::int16_t>& samples, Index piece, std::vector<Sequence>& sequences) {
  const std::span<const std::int16_t> all(samples);
  for (std::size_t begin = 0; begin < all.size(); begin += static_cast<std::size_t>(piece)) {
    const std::size_t count = std::min(static_cast<std::size_t>(piece), all.size() - begin);
    sequences.push_back(next_samples(all.subspan(begin, count), begin == 0 ? kSilence : companded(all[begin - 1])));
  }
}

}  // namespace

int companded(std::int16_t sample) {
  const double s = static_cast<double>(sample) / kFullScale;
  const double law = std::copysign(std::log1p(kMu * std::abs(s)) / std::log1p(kMu), s);
  return std::clamp(static_cast<int>(std::floor(kSilence + law * kSilence)), 0, static_cast<int>(kSampleValues) - 1);
}

std::int16_t expanded(int value) {
  const double law = (static_cast<double>(value) + 0.5 - kSilence) / kSilence;
  const double s = std::copysign(std::expm1(std::abs(law) * std::log1p(kMu)) / kMu, law);
  return static_cast<std::int16_t>(std::lround(std::clamp(s * kFullScale, -kFullScale, kFullScale - 1.0)));
}

std::vector<std::int16_t> read_wav(std::span<const std::byte> content, const std::string& file) {
  const auto refuse = [&](const std::string& place, const std::string& problem) {
    throw FileError({file, place, problem, "give an uncompressed WAV file of 16 bits and one channel"});
  };
  const std::string_view text = as_text(content);
  if (text.size() < 12 || text.substr(0, 4) != "RIFF" || text.substr(8, 4) != "WAVE") {
    refuse("byte 0", "expected a WAV file");
  }
  bool described = false;
  for (std::size_t at = 12; at + 8 <= content.size();) {
    const std::string_view name = text.substr(at, 4);
    const std::size_t size = load<std::uint32_t>(content.data() + at + 4, std::endian::little);
    const std::string place = "chunk at byte " + std::to_string(at);
    at += 8;
    if (size > content.size() - at) refuse(place, "it ends behind the file");
    const std::byte* data = content.data() + at;
    if (name == "fmt ") {
      if (size < 16) refuse(place, "expected at least 16 bytes, found " + std::to_string(size));
      const auto number = [&](std::size_t i) { return load<std::uint16_t>(data + i, std::endian::little); };
      if (number(0) != 1 || number(2) != 1 || number(14) != 16) {
        refuse(place, "found format " + std::to_string(number(0)) + ", " + std::to_string(number(2)) + " channels of " +
                          std::to_string(number(14)) + " bits");
      }
      described = true;
    } else if (name == "data") {
      if (!described) refuse(place, "samples before their format");
      if (size < 2 || size % 2 != 0) refuse(place, "expected whole samples of two bytes, one at least");
      std::vector<std::int16_t> samples(size / 2);
      for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = load<std::int16_t>(data + 2 * i, std::endian::little);
      }
      return samples;
    }
    at += size + size % 2;
  }
  refuse("", "no samples found");
  return {};
}

std::string wav_file(std::span<const std::int16_t> samples) {
  constexpr std::uint16_t kPlain = 1, kChannels = 1, kBytes = sizeof(std::int16_t), kBits = 8 * kBytes;
  constexpr std::uint32_t kRate = kSampleRate, kFormatSize = 16, kHeaderSize = 36;
  const auto size = static_cast<std::uint32_t>(samples.size_bytes());
  std::string file = "RIFF" + little_endian(kHeaderSize + size) + "WAVEfmt " + little_endian(kFormatSize) +
                     little_endian(kPlain) + little_endian(kChannels) + little_endian(kRate) +
                     little_endian(kRate * kBytes) + little_endian(kBytes) + little_endian(kBits) + "data" +
                     little_endian(size);
  for (const std::int16_t sample : samples) file += little_endian(sample);
  return file;
}

Task make_speech_task(const DataSource& data, const SpeechOptions& options) {
  require_option(options.piece >= 1, "fsdd", "a piece needs a sample at least");
  const std::filesystem::path list = data.find("fsdd/manifest.tsv");
  const auto sums = read_sums(data.find("fsdd/SHA256SUMS"));
  Task task = empty_task("fsdd", "fsdd/manifest.tsv");
  for (const Recording& recording : read_manifest(list)) {
    const std::filesystem::path path = data.find("fsdd/" + recording.file);
    const Bytes content = read_unpacked(path);
    const auto sum = sums.find(recording.file);
    if (sum == sums.end() || sha256(content) != sum->second) {
      throw FileError({path.string(), "", "its SHA-256 is not the one in SHA256SUMS", "get the recording anew"});
    }
    const std::vector<std::int16_t> samples = read_wav(content, path.string());
    if (recording.index >= 10) {
      add_pieces(samples, options.piece, task.train);
    } else {
      (recording.index < 5 ? task.test : task.valid).push_back(next_samples(samples, kSilence));
    }
  }
  require_consistent(task);
  return task;
}

Task make_tones_task(std::uint64_t seed) {
  constexpr Index kSamples = 200;
  Task task = empty_task("tones", "built in");
  fill_splits(task, {64, 8, 8}, seed, [](RandomStream& random) {
    const auto pitch = [&] { return 0.02 + 0.1 * random.uniform(); };
    const double first = pitch(), second = pitch(), phase = random.uniform();
    std::vector<std::int16_t> samples;
    for (Index t = 0; t < kSamples; ++t) {
      const double turn = 2.0 * std::numbers::pi, x = static_cast<double>(t);
      const double tone = std::sin(turn * (first * x + phase)) + std::sin(turn * second * x);
      samples.push_back(static_cast<std::int16_t>(6000.0 * tone + 200.0 * (random.uniform() - 0.5)));
    }
    return next_samples(samples, kSilence);
  });
  return task;
}

}  // namespace unrecur

#include "experiments/rivals/speech.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/data/source.h"
#include "tests/support/real_data.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

TEST(MuLaw, RisesAndGivesBackWhatItCompanded) {
  EXPECT_EQ(companded(0), 128);
  EXPECT_EQ(companded(-32768), 0);
  EXPECT_EQ(companded(32767), 255);
  int before = 0;
  for (int sample = -32768; sample <= 32767; sample += 7) {
    const int value = companded(static_cast<std::int16_t>(sample));
    EXPECT_GE(value, before);
    before = value;
    // A step is ln(256)/128 of what lies above 1/255 of full scale.
    EXPECT_LE(std::abs(expanded(value) - sample), 3.0 + 0.023 * std::abs(sample)) << sample;
  }
  for (int value = 0; value < 256; ++value) EXPECT_EQ(companded(expanded(value)), value);
}

/// A WAV file of these samples.
std::string wav(const std::string& samples, const std::string& format = std::string("\1\0\1\0", 4),
                const std::string& more = "") {
  const auto number = [](std::size_t n) {
    return std::string{static_cast<char>(n & 255), static_cast<char>(n >> 8 & 255), static_cast<char>(n >> 16 & 255),
                       static_cast<char>(n >> 24 & 255)};
  };
  const std::string rest = format + std::string("\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0", 12);
  const std::string body = "WAVEfmt " + number(rest.size()) + rest + more + "data" + number(samples.size()) + samples;
  return "RIFF" + number(body.size()) + body;
}

std::vector<std::int16_t> samples_of(const std::string& file) {
  return read_wav(as_bytes(file), "a.wav");
}

TEST(Wav, GivesItsSamples) {
  const std::string two("\1\0\xff\xff", 4);
  EXPECT_EQ(samples_of(wav(two)), (std::vector<std::int16_t>{1, -1}));
  const std::string note("LIST\3\0\0\0abc\0", 12);
  EXPECT_EQ(samples_of(wav(two, std::string("\1\0\1\0", 4), note)), (std::vector<std::int16_t>{1, -1}))
      << "a chunk of odd length has a byte behind it";
}

TEST(Wav, IsReadAsItWasWritten) {
  const std::vector<std::int16_t> samples{0, 1, -1, 32767, -32768, 258};
  EXPECT_EQ(samples_of(wav_file(samples)), samples);
  EXPECT_EQ(wav_file(std::vector<std::int16_t>{1, -1}), wav(std::string("\1\0\xff\xff", 4)));
}

TEST(Wav, WhatIsNoneIsRefused) {
  const std::string good = wav(std::string("\1\0\2\0", 4));
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_THROW(samples_of(good.substr(0, cut)), FileError) << cut << " bytes";
  }
  EXPECT_THROW(samples_of(wav("")), FileError) << "no sample";
  EXPECT_THROW(samples_of(wav("\1")), FileError) << "half a sample";
  EXPECT_THROW(samples_of(wav("ab", std::string("\1\0\2\0", 4))), FileError) << "two channels";
  EXPECT_THROW(samples_of(wav("ab", std::string("\7\0\1\0", 4))), FileError) << "compressed";
  EXPECT_THROW(samples_of("RIFF0000AVI " + std::string(100, 'x')), FileError);
}

TEST(Tones, PredictTheNextSampleFromThoseBefore) {
  const Task task = make_tones_task(1);
  EXPECT_NO_THROW(require_consistent(task));
  const Sequence& first = task.train[0];
  EXPECT_EQ(first.symbols[0], 128);
  for (std::size_t t = 1; t < first.symbols.size(); ++t) EXPECT_EQ(first.symbols[t], first.target_symbols[t - 1]);
  EXPECT_NE(first.target_symbols, task.test[0].target_symbols);
}

TEST(Speech, ARecordingThatIsAnotherIsRefused) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "fsdd");
  write_atomically(folder / "fsdd/manifest.tsv", "file\tdigit\tspeaker\tindex\n0_a_0.wav\t0\ta\t0\n");
  write_atomically(folder / "fsdd/SHA256SUMS", std::string(64, '0') + "  0_a_0.wav\n");
  write_atomically(folder / "fsdd/0_a_0.wav", wav("ab"));
  EXPECT_THROW(make_speech_task(DataSource(folder / ".")), FileError);
  write_atomically(folder / "fsdd/manifest.tsv", "file\tdigit\tspeaker\tindex\n../secret\t0\ta\t0\n");
  EXPECT_THROW(make_speech_task(DataSource(folder / ".")), FileError) << "a path out of the folder";
}

TEST(RealSpeech, IsThatOfTheSet) {
  const auto folder = testing::real_data();
  if (!folder) GTEST_SKIP() << testing::no_real_data;
  const Task task = make_speech_task(DataSource(*folder));
  EXPECT_EQ(task.test.size(), 100U) << "two speakers, ten digits, index 0 to 4";
  EXPECT_EQ(task.valid.size(), 100U);
  EXPECT_EQ(task.test[0].steps(), 5148);
  double samples = 0.0;
  for (const auto* part : {&task.train, &task.valid, &task.test}) {
    for (const Sequence& s : *part) samples += static_cast<double>(s.steps());
  }
  EXPECT_NEAR(samples / 8000.0, 432.8, 0.05) << "seconds in all";
}

}  // namespace
}  // namespace unrecur

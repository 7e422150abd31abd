#include "models/formats/keras/separate_process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

namespace unrecur::separate_process_test {
namespace {

using Send = std::function<void(std::span<const std::byte>)>;

const SeparateLimits limits{.memory = std::uint64_t{64} << 20, .output = std::uint64_t{1} << 20, .seconds = 0.25};

TEST(SeparateProcess, HandsOverWhatItWrites) {
  const std::string text(500000, 'x');
  const SeparateRun run = run_separately(
      [&](const Send& send) {
        send(as_bytes("begin "));
        send(as_bytes(text));
      },
      limits);
  EXPECT_EQ(run.fate, "");
  EXPECT_EQ(as_text(run.output), "begin " + text);
}

TEST(SeparateProcess, SurvivesWhatThatOneDoesNot) {
  const SeparateRun crash = run_separately(
      [](const Send& send) {
        send(as_bytes("first"));
        std::raise(SIGSEGV);
      },
      limits);
  EXPECT_EQ(as_text(crash.output), "first");
  EXPECT_EQ(crash.fate, "it was ended by signal 11");
  const SeparateRun hang = run_separately(
      [](const Send&) {
        volatile unsigned count = 0;
        for (;;) count = count + 1;
      },
      limits);
  EXPECT_EQ(hang.fate, "it took too long");
  const SeparateRun flood = run_separately(
      [](const Send& send) {
        const std::string text(1 << 16, 'x');
        for (;;) send(as_bytes(text));
      },
      limits);
  EXPECT_EQ(flood.fate, "it wrote too much");
  EXPECT_LE(flood.output.size(), limits.output);
}

TEST(SeparateProcess, ChangesNothingHere) {
  std::vector<int> values{1, 2, 3};
  run_separately([&](const Send&) { values.clear(); }, limits);
  EXPECT_EQ(values.size(), 3U);
}

}  // namespace
}  // namespace unrecur::separate_process_test

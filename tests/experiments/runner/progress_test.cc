#include "experiments/support/progress.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "experiments/support/names.h"
#include "experiments/support/progress_board.h"

namespace unrecur::progress_test {
namespace {

TEST(ProgressReport, FrequentCallsAreThinnedAndTheLastOneAlwaysGoesOn) {
  std::vector<Progress> seen;
  ProgressReport report([&](const Progress& p) { seen.push_back(p); });
  for (int i = 0; i <= 100000; ++i) report.update(i, 100000, "steps", "training");
  ASSERT_GE(seen.size(), 2U);
  EXPECT_LT(seen.size(), 1000U);
  EXPECT_EQ(seen.front().done, 0);
  EXPECT_EQ(seen.back().done, 100000);
}

TEST(ProgressReport, GoesThroughAPipeInAnyPieces) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ProgressReport report = ProgressReport::into_pipe(ends[1]);
  report.update(12.5, 40, "steps", "epoch 1\nof 2\t.");
  char buffer[512];
  const auto size = read(ends[0], buffer, sizeof buffer);
  ASSERT_GT(size, 0);
  close(ends[0]);
  close(ends[1]);

  ProgressReader reader;
  bool changed = false;
  for (ssize_t i = 0; i < size; ++i) changed = reader.feed({buffer + i, 1}) || changed;
  EXPECT_TRUE(changed);
  EXPECT_EQ(reader.last().done, 12.5);
  EXPECT_EQ(reader.last().total, 40);
  EXPECT_EQ(reader.last().unit, "steps");
  EXPECT_EQ(reader.last().text, "epoch 1 of 2 .");
}

TEST(ProgressReader, WhatIsNoMessageIsPassedOver) {
  ProgressReader reader;
  EXPECT_FALSE(reader.feed("nonsense\n\n1 x\ty\nnan 2 steps\tz\n1 2 steps without a tab\n"));
  EXPECT_TRUE(reader.feed("1 2 steps\tgood\n"));
  EXPECT_EQ(reader.last().text, "good");
}

TEST(ProgressBoard, WithoutATerminalLinesAreFewAndPlain) {
  std::string text;
  ProgressBoard board({.pause = std::chrono::hours(1), .write = [&](std::string_view t) { text += t; }});
  for (int i = 0; i < 50; ++i) board.show("gap seed 1", {double(i), 50, "steps", "epoch 1/1"});
  board.finish("gap seed 1", "gap seed 1: done");
  EXPECT_EQ(text, "gap seed 1  [....................]   0 %  epoch 1/1\ngap seed 1: done\n");
}

TEST(ProgressBoard, OnATerminalEachTitleHasOneLineThatFits) {
  std::string text;
  {
    ProgressBoard board({.terminal = true, .columns = 30, .write = [&](std::string_view t) { text += t; }});
    board.show("first", {1, 2, "steps", "some longer text that has to be cut"});
    board.show("second", {2, 2, "steps", ""});
    text.clear();
    board.show("first", {2, 2, "steps", ""});
    EXPECT_TRUE(text.starts_with("\x1b[2A\r\x1b[J")) << "both lines are drawn over";
    EXPECT_NE(text.find("first  [################"), std::string::npos) << text;
    for (std::size_t start = text.find("first"); start < text.size();) {
      const std::size_t end = text.find('\n', start);
      ASSERT_NE(end, std::string::npos);
      EXPECT_LT(end - start, 30U);
      start = end + 1;
    }
    text.clear();
  }
  EXPECT_EQ(text, "\x1b[2A\r\x1b[J") << "nothing stays at the end";
}

TEST(ProgressBoard, TimesAreReadable) {
  EXPECT_EQ(clock_text(7.4), "0:07");
  EXPECT_EQ(clock_text(723), "12:03");
  EXPECT_EQ(clock_text(11100), "3:05:00");
  EXPECT_EQ(clock_text(-1), "0:00");
}

TEST(Names, TheNearestIsFoundAndNonsenseIsNot) {
  const std::vector<std::string> names = {"gap", "table1", "spectral", "reproduce"};
  EXPECT_EQ(nearest_name("repoduce", names), "reproduce");
  EXPECT_EQ(nearest_name("gpa", names), "gap");
  EXPECT_EQ(nearest_name("TABLE", names), "table1");
  EXPECT_EQ(nearest_name("zzzzzz", names), "");
  EXPECT_EQ(nearest_name(std::string(1000000, 'x'), names), "");
  EXPECT_EQ(suggest_name("gpa", names), "did you mean 'gap'? known are gap, table1, spectral, reproduce");
  EXPECT_EQ(suggest_name("x", {}), "there are none");
}

}  // namespace
}  // namespace unrecur::progress_test

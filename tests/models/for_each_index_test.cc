#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace unrecur::for_each_index_test {
namespace {

TEST(ForEachIndex, DoesEachOnceOnAnyNumberOfThreads) {
  for (const int threads : {-1, 1, 2, 7, 100}) {
    for (const std::size_t count : {0U, 1U, 5U, 1000U}) {
      std::vector<std::atomic<int>> done(count);
      for_each_index(threads, count, [&](std::size_t i) { ++done[i]; });
      for (const auto& times : done) EXPECT_EQ(times, 1) << threads << " threads, " << count;
    }
  }
}

TEST(ForEachIndex, RunsAtTheSameTime) {
  std::atomic<int> here = 0;
  // Each waits for all others, so that three threads have to be there at once.
  for_each_index(3, 3, [&](std::size_t) {
    ++here;
    while (here < 3) std::this_thread::yield();
  });
  EXPECT_EQ(here, 3);
}

TEST(ForEachIndex, WhatOneThrowsComesOutAndTheRestIsLeft) {
  for (const int threads : {1, 4}) {
    std::atomic<int> done = 0;
    const auto work = [&](std::size_t i) {
      if (i == 3) throw std::runtime_error("three");
      ++done;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    EXPECT_THROW(for_each_index(threads, 10000, work), std::runtime_error);
    EXPECT_LT(done, 9000) << threads;
  }
}

TEST(ForEachIndex, ThereIsAProcessor) {
  EXPECT_GE(usable_cores(), 1);
}

}  // namespace
}  // namespace unrecur::for_each_index_test

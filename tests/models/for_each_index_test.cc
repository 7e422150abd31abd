#include "base/parallel.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cfenv>
#include <mutex>
#include <set>
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

/// Has `threads` threads be there at once, each once, and calls work() on each.
template <class Work>
void on_each_of(int threads, const Work& work) {
  std::atomic<int> here = 0;
  for_each_index(threads, static_cast<std::size_t>(threads), [&](std::size_t) {
    work();
    ++here;
    while (here < threads) std::this_thread::yield();
  });
}

TEST(ForEachIndex, CallsWithinCallsRunAtTheSameTimeToo) {
  std::atomic<int> done = 0;
  on_each_of(2, [&] { on_each_of(3, [&] { ++done; }); });
  EXPECT_EQ(done, 6);
}

TEST(ForEachIndex, ThreadsAreUsedAgain) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  for (int round = 0; round < 100; ++round) {
    on_each_of(3, [&] {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
    });
  }
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 1U) << "the caller is one of them";
  // Those that other tests left may all come in turn; a new one each time would be 201.
  EXPECT_LT(threads.size(), 20U);
}

TEST(ForEachIndex, WhatAHelperThrowsComesOut) {
  const auto caller = std::this_thread::get_id();
  std::atomic<bool> came = false;
  const auto work = [&](std::size_t) {
    if (std::this_thread::get_id() == caller) {
      while (!came) std::this_thread::yield();
      return;
    }
    came = true;
    throw std::runtime_error("a helper's");
  };
  EXPECT_THROW(for_each_index(2, 2, work), std::runtime_error);
  std::atomic<int> done = 0;
  on_each_of(3, [&] { ++done; });
  EXPECT_EQ(done, 3) << "and all goes on";
}

/// Helpers that have worked before, under another rounding, round as the caller does now.
TEST(ForEachIndex, ThreadsRoundAsTheCallerDoes) {
  on_each_of(3, [] {});
  for (const int rounding : {FE_UPWARD, FE_DOWNWARD, FE_TONEAREST}) {
    std::fesetround(rounding);
    std::atomic<int> same = 0;
    on_each_of(3, [&] { same += std::fegetround() == rounding ? 1 : 0; });
    std::fesetround(FE_TONEAREST);
    EXPECT_EQ(same, 3);
  }
}

/// A child has none of its parent's threads, and must not wait for them.
TEST(ForEachIndex, WorksInAChildProcess) {
  on_each_of(3, [] {});
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(20);
    on_each_of(3, [] {});
    ::_exit(7);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

TEST(ForEachIndex, ManyCallersAtOnceGetTheirOwn) {
  std::vector<std::jthread> callers;
  std::atomic<int> wrong = 0;
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        std::atomic<int> done = 0;
        for_each_index(3, 10, [&](std::size_t) { ++done; });
        if (done != 10) ++wrong;
      }
    });
  }
  callers.clear();
  EXPECT_EQ(wrong, 0);
}

TEST(ForEachIndex, ThereIsAProcessor) {
  EXPECT_GE(usable_cores(), 1);
}

}  // namespace
}  // namespace unrecur::for_each_index_test

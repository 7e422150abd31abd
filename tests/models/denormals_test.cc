#include "base/denormals.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <limits>
#include <thread>

#include "base/parallel.h"

namespace unrecur::denormals_test {
namespace {

/// A product that is half the smallest normal number; what the compiler may not know.
float small_product() {
  volatile const float smallest = std::numeric_limits<float>::min(), half = 0.5F;
  return smallest * half;
}

/// The same of an operand that is denormal.
float product_of_small() {
  volatile const float denormal = std::numeric_limits<float>::denorm_min(), large = 0x1p100F;
  return denormal * large;
}

TEST(FlushDenormals, LastsForItsScope) {
  EXPECT_GT(small_product(), 0.0F);
  {
    const FlushDenormals outer;
    if (!flushes_denormals()) GTEST_SKIP() << "not on this processor";
    EXPECT_EQ(small_product(), 0.0F);
    EXPECT_EQ(product_of_small(), 0.0F);
    { const FlushDenormals inner; }
    EXPECT_TRUE(flushes_denormals()) << "the outer scope goes on";
  }
  EXPECT_FALSE(flushes_denormals());
  EXPECT_GT(small_product(), 0.0F);
  EXPECT_GT(product_of_small(), 0.0F);
}

TEST(FlushDenormals, HoldsForThreadsThatTheScopeStarts) {
  const FlushDenormals fast;
  if (!flushes_denormals()) GTEST_SKIP() << "not on this processor";
  EXPECT_EQ(std::async(std::launch::async, small_product).get(), 0.0F);
}

/// Also for threads that were there before the scope, and no longer than it lasts.
TEST(FlushDenormals, HoldsForThreadsThatShareTheScopesWork) {
  const auto flushing = [] {
    std::atomic<int> here = 0, zeros = 0;
    for_each_index(2, 2, [&](std::size_t) {
      zeros += small_product() == 0.0F ? 1 : 0;
      ++here;
      while (here < 2) std::this_thread::yield();
    });
    return zeros.load();
  };
  EXPECT_EQ(flushing(), 0);
  {
    const FlushDenormals fast;
    if (!flushes_denormals()) GTEST_SKIP() << "not on this processor";
    EXPECT_EQ(flushing(), 2);
  }
  EXPECT_EQ(flushing(), 0);
}

TEST(FlushDenormals, LeavesOtherThreadsAlone) {
  std::promise<void> flushed;
  auto other = std::async(std::launch::async, [done = flushed.get_future()]() mutable {
    done.wait();
    return small_product();
  });
  float product = 0.0F;
  {
    const FlushDenormals fast;
    flushed.set_value();
    product = other.get();
  }
  EXPECT_GT(product, 0.0F);
}

}  // namespace
}  // namespace unrecur::denormals_test

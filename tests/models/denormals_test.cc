#include "base/denormals.h"

#include <gtest/gtest.h>

#include <future>
#include <limits>

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

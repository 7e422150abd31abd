#include "models/formats/shared/shape.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace unrecur::shape_test {
namespace {

using Shape = std::vector<std::int64_t>;
constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

TEST(Shape, CountsElements) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count(Shape{7}), 7);
  EXPECT_EQ(element_count(Shape{2, 3, 4}), 24);
  EXPECT_EQ(element_count(Shape{2, 0, 4}), 0);
  EXPECT_EQ(element_count(Shape{kHuge}), kHuge);
}

TEST(Shape, HasNoCountWhereSixtyThreeBitsDoNotHoldIt) {
  EXPECT_FALSE(element_count(Shape{-1}));
  EXPECT_FALSE(element_count(Shape{0, -1}));
  EXPECT_FALSE(element_count(Shape{-1, -1})) << "although the product is 1";
  EXPECT_FALSE(element_count(Shape{kHuge, 2}));
  EXPECT_FALSE(element_count(Shape{std::int64_t{1} << 32, std::int64_t{1} << 32})) << "2^64, which is 0 in 64 bits";
  EXPECT_FALSE(element_count(Shape{kHuge, kHuge, 0})) << "no elements, but strides that do not fit";
  EXPECT_FALSE(element_count(Shape{0, kHuge, kHuge}));
}

TEST(Shape, CountsBytes) {
  EXPECT_EQ(byte_count(Shape{5, 3}, 8), 120);
  EXPECT_EQ(byte_count({}, 4), 4);
  EXPECT_EQ(byte_count(Shape{0, 3}, 8), 0);
  EXPECT_EQ(byte_count(Shape{kHuge / 8}, 8), kHuge / 8 * 8);
  EXPECT_FALSE(byte_count(Shape{kHuge / 8 + 1}, 8));
  EXPECT_FALSE(byte_count(Shape{1}, std::numeric_limits<std::uint64_t>::max()));
}

TEST(Shape, IsWrittenForMessages) {
  EXPECT_EQ(shape_text({}), "[]");
  EXPECT_EQ(shape_text(Shape{200, 88}), "[200, 88]");
  EXPECT_EQ(shape_text(Shape(20, 1)), "[1, 1, 1, 1, 1, 1, 1, 1, …]");
}

}  // namespace
}  // namespace unrecur::shape_test

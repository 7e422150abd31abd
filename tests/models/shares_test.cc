#include "models/arrays/shares.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <vector>

#include "models/arrays/product.h"

namespace unrecur::shares_test {
namespace {

constexpr Index kMany = Index{1} << 22;

TEST(Shares, CoverEverythingInOrder) {
  const ProductThreads program(3);
  for (const Index shares : {1, 2, 3, 7}) {
    std::vector<Index> begins(static_cast<std::size_t>(shares)), ends(begins);
    in_shares(20, shares, [&](Index share, Index first, Index end) {
      begins.at(static_cast<std::size_t>(share)) = first;
      ends.at(static_cast<std::size_t>(share)) = end;
    });
    EXPECT_EQ(begins.front(), 0);
    EXPECT_EQ(ends.back(), 20);
    for (std::size_t i = 1; i < begins.size(); ++i) EXPECT_EQ(begins[i], ends[i - 1]);
  }
}

TEST(Shares, AreAsManyAsProductsHaveThreads) {
  const ProductThreads program(2);
  const auto of_the_program = static_cast<Index>(product_threads());  // 1 without OpenBLAS
  EXPECT_EQ(worthwhile_shares(kMany, 100), of_the_program);
  EXPECT_EQ(worthwhile_shares(kMany, 1), 1);
  EXPECT_EQ(worthwhile_shares(kMany, 0), 1) << "nothing to cut is one share";
  EXPECT_EQ(worthwhile_shares(100, 100), 1) << "too little for a second thread";
  const ProductsSideBySide alone;
  EXPECT_EQ(worthwhile_shares(kMany, 100), 1) << "no shares within shares";
}

TEST(Shares, LeaveTheSettingAsItWas) {
  const ProductThreads program(2);
  const int before = product_threads();
  in_shares(8, 4, [&](Index, Index, Index) { EXPECT_EQ(product_threads(), 1); });
  EXPECT_EQ(product_threads(), before);
  EXPECT_THROW(in_shares(8, 4, [](Index, Index, Index) { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_EQ(product_threads(), before);
}

TEST(Shares, OfSeveralThreadsMayOverlap) {
  const ProductThreads program(2);
  const int before = product_threads();
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([] {
      for (int round = 0; round < 50; ++round) {
        in_shares(8, 2, [](Index, Index, Index) { EXPECT_EQ(product_threads(), 1); });
      }
    });
  }
  callers.clear();
  EXPECT_EQ(product_threads(), before);
}

}  // namespace
}  // namespace unrecur::shares_test

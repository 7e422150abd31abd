#include "theory/arithmetic/scalar_functions.h"

#include <gtest/gtest.h>

namespace unrecur {
namespace {

TEST(ScalarFunctions, SigmoidDownStaysBelowOneWhereTheExponentialUnderflows) {
  for (const double x : {36.0, 37.0, 40.0, 700.0, 710.0, 740.0, 745.0, 746.0, 800.0, 1e6, 1e300}) {
    EXPECT_LT(sigmoid_down(x), 1.0) << x;
    EXPECT_GT(sigmoid_down(x), 1.0 - 1e-13) << x;
    EXPECT_GE(sigmoid_up(x), sigmoid_down(x)) << x;
    EXPECT_GT(sigmoid_up(-x), 0.0) << x;
    EXPECT_GE(sigmoid_down(-x), 0.0) << x;
  }
}

}  // namespace
}  // namespace unrecur

// Functions of wide balls: all values are inside, and little more.
#include "theory/verify/balls/ball.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "theory/verify/arb/function.h"

namespace unrecur::verify {
namespace {

constexpr double kMiddles[] = {0.0, 0.7, -3.0, 40.0, -700.0, 1e10},
                 kRadii[] = {1e-12, 1e-4, 0.3, 1.0, 5.0, 50.0, 800.0, 1e20};

Ball ball(double middle, double radius) {
  Ball a(middle);
  a.widen(Ball(radius));
  return a;
}

double above(const Ball& a) {
  return a.upper();
}
double below(const Ball& a) {
  return -(-a).upper();
}

double exact(const std::string& name, double a) {
  if (name == "tanh") return std::tanh(a);
  if (name == "sigmoid") return 1.0 / (1.0 + std::exp(-a));
  if (name == "softsign") return a / (1.0 + std::abs(a));
  return a > 0.0 ? a : std::expm1(a);
}

double slope(const std::string& name, double a) {
  const double value = exact(name, a);
  if (name == "tanh") return 1.0 - value * value;
  if (name == "sigmoid") return value * (1.0 - value);
  return 1.0 / ((1.0 + std::abs(a)) * (1.0 + std::abs(a)));
}

TEST(WideBalls, HoldAllValuesOfFunctionsThatRiseAndLittleMore) {
  for (const char* name : {"tanh", "sigmoid", "softsign"}) {
    const Function function = *Function::named(name);
    for (const double middle : kMiddles) {
      for (const double radius : kRadii) {
        const Ball value = function.value(ball(middle, radius));
        const double low = exact(name, middle - radius), high = exact(name, middle + radius);
        EXPECT_LE(below(value), low + 1e-15) << name << middle << " " << radius;
        EXPECT_GE(above(value), high - 1e-15) << name << middle << " " << radius;
        EXPECT_NEAR(below(value), low, 1e-6) << name << middle << " " << radius;
        EXPECT_NEAR(above(value), high, 1e-6) << name << middle << " " << radius;
      }
    }
  }
}

TEST(WideBalls, HoldAllSlopesAndLittleMore) {
  for (const char* name : {"tanh", "sigmoid", "softsign"}) {
    const Function function = *Function::named(name);
    for (const double middle : {0.0, 0.7, -3.0}) {
      for (const double radius : {1e-4, 0.3, 1.0, 5.0}) {
        const Ball slopes = function.slopes(ball(middle, radius));
        double least = std::numeric_limits<double>::infinity(), most = 0.0;
        for (int i = 0; i <= 200; ++i) {
          const double s = slope(name, middle + radius * (0.01 * i - 1.0));
          least = std::min(least, s);
          most = std::max(most, s);
        }
        EXPECT_LE(below(slopes), least + 1e-15) << name << middle << " " << radius;
        EXPECT_GE(above(slopes), most - 1e-15) << name << middle << " " << radius;
        EXPECT_GE(below(slopes), least - 1e-3) << name << middle << " " << radius;
        EXPECT_LE(above(slopes), most + 1e-3) << name << middle << " " << radius;
      }
    }
  }
}

/// From the middle tanh of [−1, 1] reaches down to −5.6, and that of [−50, 50] is no number.
TEST(WideBalls, StayWithinTheLimitsOfTheFunction) {
  const Ball everything = ball(0.0, std::numeric_limits<double>::infinity());
  for (const Ball& a : {ball(0.0, 1.0), ball(3.0, 50.0), ball(-1e300, 1e308), everything}) {
    constexpr double kRadius = 1e-8;  // radii have 30 bits
    EXPECT_GE(below(tanh(a)), -1.0 - kRadius);
    EXPECT_LE(above(tanh(a)), 1.0 + kRadius);
    EXPECT_GE(below(sigmoid(a)), -kRadius);
    EXPECT_LE(above(sigmoid(a)), 1.0 + kRadius);
  }
}

/// What holds no number at all must prove nothing.
TEST(WideBalls, OfWhatIsNoNumberSayNothing) {
  const Ball none = Ball(0.0) / Ball(0.0);
  for (const Ball& value : {tanh(none), sigmoid(none)}) {
    EXPECT_FALSE(surely_at_most(value, 2.0));
    EXPECT_FALSE(surely_at_most(-2.0, value));
  }
}

}  // namespace
}  // namespace unrecur::verify

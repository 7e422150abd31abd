#pragma once

// Needs Arb: only the sources of this folder and of theory/verify/arb include it.

#include <utility>
#include <vector>

#include "theory/verify/balls/arb_library.h"

namespace unrecur::verify {

/// A real number known to lie in [midpoint ± radius], 128 bits wide or as a Precision says: every operation gives a
/// ball that holds the exact result for any numbers of the operands. A double converts exactly.
class Ball {
 public:
  Ball() { arb_init(x_); }
  Ball(double value) : Ball() { arb_set_d(x_, value); }  // NOLINT(google-explicit-constructor): it is exact
  Ball(const Ball& other) : Ball() { arb_set(x_, other.x_); }
  Ball(Ball&& other) noexcept : Ball() { arb_swap(x_, other.x_); }
  Ball& operator=(Ball other) noexcept {
    arb_swap(x_, other.x_);
    return *this;
  }
  ~Ball() { arb_clear(x_); }

  arb_ptr raw() { return x_; }
  arb_srcptr raw() const { return x_; }

  Ball& operator+=(const Ball& b) {
    arb_add(x_, x_, b.x_, bits());
    return *this;
  }
  friend Ball operator+(Ball a, const Ball& b) { return std::move(a += b); }
  friend Ball operator-(Ball a, const Ball& b) {
    arb_sub(a.x_, a.x_, b.x_, bits());
    return a;
  }
  friend Ball operator-(Ball a) {
    arb_neg(a.x_, a.x_);
    return a;
  }
  friend Ball operator*(Ball a, const Ball& b) {
    arb_mul(a.x_, a.x_, b.x_, bits());
    return a;
  }
  friend Ball operator/(Ball a, const Ball& b) {
    arb_div(a.x_, a.x_, b.x_, bits());
    return a;
  }
  friend Ball abs(Ball a) {
    arb_abs(a.x_, a.x_);
    return a;
  }
  friend Ball sqrt(Ball a) {
    arb_sqrt(a.x_, a.x_, bits());
    return a;
  }
  friend Ball pow(Ball a, unsigned long exponent) {
    arb_pow_ui(a.x_, a.x_, exponent, bits());
    return a;
  }
  /// A ball that holds the larger of the two.
  friend Ball max(const Ball& a, const Ball& b) {
    Ball result;
    arb_max(result.x_, a.x_, b.x_, bits());
    return result;
  }
  friend Ball min(const Ball& a, const Ball& b) {
    Ball result;
    arb_min(result.x_, a.x_, b.x_, bits());
    return result;
  }

  /// True only where a ≤ b holds for all numbers of both balls; never for NaN.
  friend bool surely_at_most(const Ball& a, const Ball& b) { return arb_le(a.x_, b.x_) != 0; }
  friend bool surely_below(const Ball& a, const Ball& b) { return arb_lt(a.x_, b.x_) != 0; }
  /// Exactly zero.
  bool is_zero() const { return arb_is_zero(x_) != 0; }
  bool surely_positive() const { return arb_is_positive(x_) != 0; }

  /// Every number within `radius` of those of the ball.
  void widen(const Ball& radius) { arb_add_error(x_, radius.x_); }

  /// The midpoint, rounded: for guesses.
  double about() const { return arf_get_d(arb_midref(x_), ARF_RND_NEAR); }

  /// An upper bound of the numbers of the ball; infinite or NaN where there is none among doubles.
  double upper() const {
    arf_t bound;
    arf_init(bound);
    arb_get_ubound_arf(bound, x_, kBits);
    const double result = arf_get_d(bound, ARF_RND_UP);
    arf_clear(bound);
    return result;
  }

  static constexpr slong kBits = 128;
  /// Width of this thread's operations: kBits, unless a Precision is in force.
  static slong bits() { return bits_; }

 private:
  friend class Precision;
  inline static thread_local slong bits_ = kBits;

  arb_t x_;
};

using Balls = std::vector<Ball>;

/// Every number between those of the two balls.
Ball hull(const Ball& a, const Ball& b);

/// The ends of a ball, rounded outwards; nothing sensible where it is not finite.
Ball low_end(const Ball& a);
Ball high_end(const Ball& a);
/// So wide that what rises is better bounded at both ends than from the middle.
bool is_wide(const Ball& a);

/// Both lie within [−1, 1] and [0, 1], as wide as the ball may be.
Ball tanh(const Ball& a);
/// 1/(1 + e^{−a})
Ball sigmoid(const Ball& a);

/// Operations of this thread are so many bits wide while it lives. Fewer bits make wider balls, never wrong ones.
class Precision {
 public:
  explicit Precision(slong bits) : before_(Ball::bits_) { Ball::bits_ = bits; }
  ~Precision() { Ball::bits_ = before_; }
  Precision(const Precision&) = delete;
  Precision& operator=(const Precision&) = delete;

 private:
  slong before_;
};

}  // namespace unrecur::verify

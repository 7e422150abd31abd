#include "theory/verify/balls/ball.h"

namespace unrecur::verify {
namespace {

/// From here on tanh and σ are told from their limits by nothing, and what they are computed from overflows.
constexpr double kFar = 1 << 20;

Ball plain_tanh(const Ball& a) {
  Ball result;
  arb_tanh(result.raw(), a.raw(), Ball::bits());
  return result;
}

Ball plain_sigmoid(const Ball& a) {
  Ball e;
  const Ball turned = -a;
  arb_exp(e.raw(), turned.raw(), Ball::bits());
  return Ball(1.0) / (Ball(1.0) + e);
}

using Bound = void (*)(arf_t, const arb_t, slong);

Ball end_of(const Ball& a, Bound bound) {
  Ball result;
  arf_t end;
  arf_init(end);
  bound(end, a.raw(), Ball::bits());
  arb_set_arf(result.raw(), end);
  arf_clear(end);
  return result;
}

/// A function that rises from `least` to `most`, over a ball. From the middle, with the largest slope to both sides, a
/// ball of radius 1 would be given values from −5.6 on by tanh, and one of radius 50 any at all.
Ball rising(Ball (*function)(const Ball&), const Ball& a, double least, double most) {
  if (!is_wide(a)) return function(a);
  const Ball low = low_end(a), high = high_end(a);
  // Comparisons with what is no number are false, and then so are the values.
  const Ball below = surely_at_most(low, -kFar) ? Ball(least) : function(min(low, Ball(kFar)));
  const Ball above = surely_at_most(kFar, high) ? Ball(most) : function(max(high, Ball(-kFar)));
  return hull(below, above);
}

}  // namespace

Ball hull(const Ball& a, const Ball& b) {
  Ball result;
  arb_union(result.raw(), a.raw(), b.raw(), Ball::bits());
  return result;
}

Ball low_end(const Ball& a) {
  return end_of(a, &arb_get_lbound_arf);
}

Ball high_end(const Ball& a) {
  return end_of(a, &arb_get_ubound_arf);
}

bool is_wide(const Ball& a) {
  return mag_cmp_2exp_si(arb_radref(a.raw()), -10) > 0;
}

Ball tanh(const Ball& a) {
  return rising(&plain_tanh, a, -1.0, 1.0);
}

Ball sigmoid(const Ball& a) {
  return rising(&plain_sigmoid, a, 0.0, 1.0);
}

}  // namespace unrecur::verify

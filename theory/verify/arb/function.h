#pragma once

#include <limits>
#include <optional>
#include <string>

#include "theory/verify/balls/ball.h"
#include "theory/verify/layer.h"

namespace unrecur::verify {

/// A finite number among the attributes; `otherwise` where none has the name, nothing where it is no number.
std::optional<double> number(const Attributes& attributes, const std::string& name, std::optional<double> otherwise);

/// Where a number can lie.
struct Range {
  Ball low, high;
};

/// A function that a cell applies entry by entry, as the attributes of its layer say: read and bounded here a second
/// time, apart from the search. All rise and are continuous; where one has a kink, its slopes there are all between
/// those on the two sides, so ρ(a) − ρ(b) = s (a − b) for some s of the slopes over a ball that holds both.
///
///     tanh, sigmoid, relu, identity, softsign a/(1 + |a|), hard_sigmoid min(1, max(0, α a + β)),
///     leaky_relu max(a, 0) + α min(a, 0), elu max(a, 0) + α (e^min(a, 0) − 1)
class Function {
 public:
  /// ROLE is the attribute's name; beside it ROLE_slope is α and ROLE_at_zero is β. Nothing where a name or a number is
  /// not known here, or α is negative.
  static std::optional<Function> read(const Layer& layer, const std::string& role, const std::string& otherwise);
  static std::optional<Function> named(const std::string& name);
  static const Function& logistic();    ///< σ(a) = 1/(1 + e^−a)
  static const Function& hyperbolic();  ///< tanh

  bool is(const char* name) const { return name_ == name; }
  /// Values lie in [0, 1], or in [−1, 1].
  bool is_gate() const { return is("sigmoid") || is("hard_sigmoid"); }
  bool within_one() const { return is_gate() || is("tanh") || is("softsign"); }

  /// ρ(a) and all slopes, for every a of the ball.
  Ball value(const Ball& a) const;
  Ball slopes(const Ball& a) const { return slopes(a, value(a)); }
  /// The same where ρ(a) is known to lie in `value`, which spares computing it again.
  Ball slopes(const Ball& a, const Ball& value) const;
  /// sup |ρ|, sup ρ' and inf ρ' over a range.
  Ball largest(const Range& range) const;
  Ball largest_slope(const Range& range) const;
  Ball smallest_slope(const Range& range) const;

  /// The least and the largest slope anywhere; both are taken or come as near as one likes.
  Ball least_slope() const;
  Ball greatest_slope() const;
  /// sup |ρ| over all numbers; infinite where there is none.
  Ball largest_anywhere() const { return within_one() ? Ball(1.0) : Ball(std::numeric_limits<double>::infinity()); }
  /// |ρ(0)|
  Ball size_at_zero() const;

 private:
  /// Slopes fall off on either side of zero.
  bool falls_off() const { return is("tanh") || is("sigmoid") || is("softsign"); }
  Ball line(const Ball& a) const { return slope_ * a + at_zero_; }

  std::string name_ = "tanh";
  Ball slope_{1.0}, at_zero_{0.5};
};

}  // namespace unrecur::verify

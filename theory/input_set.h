#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/matrix.h"
#include "theory/scalar_functions.h"

namespace unrecur {

/// The inputs for which a certificate is to hold.
///
/// A gated cell with unbounded inputs can be driven to forget gates as near 1 as one likes, so its certificates need
/// one.
class InputSet {
 public:
  /// Every input there is.
  static InputSet anything() { return InputSet(); }
  /// |x_i| ≤ bound for every i; throws UsageError unless bound is finite and not negative.
  static InputSet box(double bound);
  /// The box [low_i, high_i].
  static InputSet box(Vector<double> low, Vector<double> high);
  /// Exactly the columns of `inputs` (a vocabulary's embeddings, say), or any point of their convex hull.
  static InputSet columns(Matrix<double> inputs);

  /// Whether drives are bounded.
  bool bounded() const { return low_.size() > 0 || columns_.cols() > 0 || uniform_.has_value(); }

  /// The range of every row of U x + b over the set, rounded outwards. Infinite ends where the set is unbounded and the
  /// row of U is not zero. Costs one product with U.
  std::vector<Interval> drive_range(const Matrix<double>& u, const Vector<double>& b) const;

  std::string description() const;

 private:
  std::optional<double> uniform_;
  Vector<double> low_, high_;
  Matrix<double> columns_;
};

}  // namespace unrecur

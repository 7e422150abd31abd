#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/arrays/matrix.h"
#include "theory/arithmetic/scalar_functions.h"

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
  /// Every stack (x_1, …, x_w) of w columns of `inputs`: a window of symbols, each of which may be any of a vocabulary.
  static InputSet windows(Matrix<double> inputs, Index window);

  /// Whether drives are bounded.
  bool bounded() const { return low_.size() > 0 || columns_.cols() > 0 || uniform_.has_value(); }

  /// The range of every row of U x + b over the set, rounded outwards. Infinite ends where the set is unbounded and the
  /// row of U is not zero. Costs one product with U.
  std::vector<Interval> drive_range(const Matrix<double>& u, const Vector<double>& b) const;

  /// Up to `count` inputs of size m in the set, as columns: its middle and some corners, or some of its columns; zero
  /// where nothing is known of it. The same every time.
  Matrix<double> examples(Index m, Index count) const;

  std::string description() const;
  /// The same set under a name of its own, which description() then gives.
  InputSet called(std::string name) const;

  /// What the set was made of, for those who write it down.
  std::optional<double> bound() const { return uniform_; }
  /// The set where it is a box, and the box around its columns, of m inputs. Nothing for windows of columns and where
  /// the set has no bound.
  struct Box {
    Vector<double> low, high;
  };
  std::optional<Box> box_around(Index m) const;
  const Vector<double>& low() const { return low_; }
  const Vector<double>& high() const { return high_; }
  const Matrix<double>& columns() const { return columns_; }
  Index window() const { return window_; }

 private:
  std::string name_;
  std::optional<double> uniform_;
  Vector<double> low_, high_;
  Matrix<double> columns_;
  Index window_ = 1;  ///< columns on top of each other in one input
};

}  // namespace unrecur

#pragma once

#include <cstdint>
#include <random>

#include "models/arrays/matrix.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// Draws inputs of a set, extreme ones: corners of a box, columns of a finite set. What drives a recurrence furthest
/// apart lies there more often than inside. Where the set is not bounded, corners of |x_i| ≤ 1, which is a part of it.
///
/// The same seed draws the same inputs on every machine.
class InputSampler {
 public:
  /// m is the number of inputs. Throws UsageError where the set has another size.
  InputSampler(const InputSet& set, Index m, std::uint64_t seed);

  Index size() const { return m_; }
  /// The middle of a box (the zero input where it is symmetric), the first column of a finite set.
  Vector<double> middle() const;
  Vector<double> extreme();
  /// The opposite corner of a box, entry by entry; of a finite set another extreme input.
  Vector<double> opposite(const Vector<double>& x);
  /// x with each coordinate (each column of a window) redrawn with that probability, at least one of them.
  Vector<double> redrawn(Vector<double> x, double probability);
  /// x on its way to `end`, coordinate by coordinate a random part of it, more often a small one than a large one; of a
  /// finite set redrawn with that probability.
  Vector<double> towards(Vector<double> x, const Vector<double>& end, double probability);
  /// m × steps: an extreme input, replaced by another with that probability at every step.
  Matrix<double> walk(Index steps, double probability);

  double uniform();          ///< in [0, 1)
  Index below(Index count);  ///< 0, …, count − 1

 private:
  void redraw(Vector<double>& x, Index place);
  Index places() const;

  Index m_;
  Vector<double> low_, high_;
  Matrix<double> columns_;
  Index window_;
  std::mt19937_64 engine_;
};

}  // namespace unrecur

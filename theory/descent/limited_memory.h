#pragma once

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Limited-memory BFGS: the inverse Hessian estimate from the last twelve steps, by its product with a gradient.
/// Source: Nocedal and Wright, Numerical Optimization, algorithm 7.4.
class LimitedMemory {
 public:
  /// − H g: where to go from a point with this gradient.
  Vector<double> direction(const Vector<double>& gradient) const {
    Vector<double> q = -gradient;
    std::vector<double> alpha(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      alpha[i] = pairs_[i].s.dot(q) / pairs_[i].sy;
      q -= alpha[i] * pairs_[i].y;
    }
    if (!pairs_.empty()) q *= pairs_.back().sy / pairs_.back().y.squaredNorm();
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      q += (alpha[i] - pairs_[i].y.dot(q) / pairs_[i].sy) * pairs_[i].s;
    }
    return q;
  }
  /// A step and the change of the gradient along it; forgotten where they show no positive curvature.
  void remember(Vector<double> s, Vector<double> y) {
    const double sy = s.dot(y);
    if (!(sy > 1e-14 * s.norm() * y.norm())) return;
    pairs_.push_back({std::move(s), std::move(y), sy});
    if (pairs_.size() > 12) pairs_.pop_front();
  }

 private:
  struct Pair {
    Vector<double> s, y;
    double sy;
  };
  std::deque<Pair> pairs_;
};

}  // namespace unrecur

#include "theory/arithmetic/nonnegative.h"

#include <algorithm>

#include "theory/arithmetic/rounding.h"

namespace unrecur {

Vector<double> product_up(const ConstMatrixRef<double>& m, const Vector<double>& v) {
  Vector<double> y = m * v;
  const NonnegativeSum sum(m.cols());
  for (Index j = 0; j < y.size(); ++j) {
    // A zero may be an underflow, unless the row holds nothing else.
    const bool empty = y(j) == 0.0 && (m.row(j).array() == 0.0).all();
    if (!empty) y(j) = sum.up(y(j));
  }
  return y;
}

double largest_ratio_up(const Vector<double>& y, const Vector<double>& v) {
  double largest = 0.0;
  for (Index j = 0; j < y.size(); ++j) {
    const double ratio = divide_up(y(j), v(j));
    if (ratio <= largest) continue;
    largest = ratio > largest ? ratio : kInfinity;  // NaN is neither
  }
  return largest;
}

double two_row_norm_up(const Eigen::Matrix<double, 2, 3>& k) {
  const auto dot = [&k](Index r, Index s) {
    double sum = 0.0;
    for (Index i = 0; i < 3; ++i) sum = add_up(sum, multiply_up(k(r, i), k(s, i)));
    return sum;
  };
  const double a = dot(0, 0), b = dot(0, 1), c = dot(1, 1);
  const double apart = std::max(subtract_up(a, c), subtract_up(c, a));
  const double root = sqrt_up(add_up(multiply_up(apart, apart), multiply_up(4.0, multiply_up(b, b))));
  return sqrt_up(multiply_up(0.5, add_up(add_up(a, c), root)));
}

std::optional<Vector<double>> bound_from_below(Index n,
                                               const std::function<Vector<double>(const Vector<double>&)>& image) {
  constexpr int most = 200;
  constexpr double room = 1.0 + 0x1p-7, highest = 1e100;
  Vector<double> h = Vector<double>::Zero(n);
  for (int pass = 0; pass < most; ++pass) {
    const Vector<double> next = image(h);
    if (next.size() != n || !(next.array() < highest).all()) return std::nullopt;
    if ((next.array() <= h.array()).all()) return h;
    h = room * next;
  }
  return std::nullopt;
}

}  // namespace unrecur

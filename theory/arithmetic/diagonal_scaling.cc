#include "theory/arithmetic/diagonal_scaling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/arrays/product.h"
#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/perron.h"
#include "theory/descent/limited_memory.h"

namespace unrecur {
namespace {

/// The objective log(Σ σ_i^p)/p of D B D⁻¹ at x = log d, with its gradient.
struct Value {
  double schatten = std::numeric_limits<double>::infinity();
  double spectral = std::numeric_limits<double>::infinity();  // log of the largest singular value
  Vector<double> gradient;
};

Matrix<double> scaled(const Matrix<double>& b, const Vector<double>& x) {
  const Vector<double> d = x.array().exp();
  return d.asDiagonal() * b * d.cwiseInverse().asDiagonal();
}

Value evaluate(const Matrix<double>& b, const Vector<double>& x, double p) {
  const Matrix<double> a = scaled(b, x);
  Value value;
  if (!a.allFinite()) return value;
  const SymmetricEigen eigen = symmetric_eigen(gram_lower(a, false));
  if (!eigen.converged) return value;
  const Vector<double> squares = eigen.values.cwiseMax(0.0);
  const double largest = squares(squares.size() - 1);
  if (!(largest > 0.0)) return value;
  // Singular triples whose weight is below rounding do not matter for the value nor for the gradient.
  const Vector<double> relative = (squares / largest).array().pow(0.5 * p);
  const double sum = relative.sum();
  Index first = 0;
  while (relative(first) < 1e-17 * sum) ++first;
  const Index kept = squares.size() - first;
  const Matrix<double> right = eigen.vectors.rightCols(kept);
  Matrix<double> left(b.rows(), kept);
  multiply<double>(a, right, left, 0.0);
  left = left * squares.tail(kept).cwiseSqrt().cwiseInverse().asDiagonal();
  const Vector<double> weights = relative.tail(kept) / sum;
  value.spectral = 0.5 * std::log(largest);
  value.schatten = value.spectral + std::log(sum) / p;
  value.gradient = (left.cwiseAbs2() - right.cwiseAbs2()) * weights;
  return value;
}

class Descent {
 public:
  Descent(const Matrix<double>& b, Vector<double> x, double bound) : b_(b), x_(std::move(x)), bound_(bound) {
    note(x_, evaluate(b_, x_, 2.0));
  }

  /// Minimises for one p; returns the number of evaluations used.
  int minimise(double p, int evaluations) {
    LimitedMemory memory;
    Value here = evaluate(b_, x_, p);
    int used = 1;
    while (used < evaluations && here.gradient.size() > 0 && here.gradient.norm() > 1e-9) {
      Vector<double> step = memory.direction(here.gradient);
      const double slope = step.dot(here.gradient);
      if (!(slope < 0.0)) return used;
      const double longest = step.cwiseAbs().maxCoeff();
      if (longest > 1.0) step /= longest;
      bool moved = false;
      for (int halving = 0; halving < 20 && used < evaluations && !moved; ++halving, step *= 0.5) {
        const Vector<double> x = clamped(x_ + step);
        Value there = evaluate(b_, x, p);
        ++used;
        note(x, there);
        if (!(there.schatten <= here.schatten + 1e-4 * here.gradient.dot(x - x_))) continue;
        memory.remember(x - x_, there.gradient - here.gradient);
        moved = here.schatten - there.schatten > 1e-13;
        x_ = x;
        here = std::move(there);
        if (!moved) return used;
      }
      if (!moved) return used;
    }
    return used;
  }

  const Vector<double>& best() const { return best_; }

 private:
  Vector<double> clamped(const Vector<double>& x) const {
    const double top = x.maxCoeff();
    return x.cwiseMax(top - bound_);
  }
  void note(const Vector<double>& x, const Value& value) {
    if (value.spectral < best_value_) {
      best_value_ = value.spectral;
      best_ = x;
    }
  }

  const Matrix<double>& b_;
  Vector<double> x_;
  double bound_;
  Vector<double> best_;
  double best_value_ = std::numeric_limits<double>::infinity();
};

/// log d of the scaling that turns ‖D |B| D⁻¹‖₂ into ρ(|B|).
Vector<double> perron_start(const Matrix<double>& b, double bound) {
  const Matrix<double> magnitude = b.cwiseAbs();
  const Vector<double> right = perron_vector(magnitude);
  const Vector<double> left = perron_vector(magnitude.transpose());
  const Vector<double> x = 0.5 * (left.array().log() - right.array().log());
  return x.cwiseMax(x.maxCoeff() - bound);
}

int evaluations_for(Index n) {
  if (n <= 64) return 400;
  if (n <= 256) return 60;
  return n <= 512 ? 16 : 4;
}

}  // namespace

Vector<double> diagonal_scaling(const Matrix<double>& b, const DiagonalScalingOptions& options) {
  const Index n = b.rows();
  const double size = n == 0 ? 0.0 : b.cwiseAbs().maxCoeff();
  if (!(size > 0.0) || !b.allFinite() || n == 1) return Vector<double>::Ones(n);
  const Matrix<double> unit = b / size;
  const double bound = std::log(options.largest_spread);
  const Vector<double> plain = Vector<double>::Zero(n);
  const Vector<double> perron = perron_start(unit, bound);
  const bool perron_wins = evaluate(unit, perron, 2.0).spectral < evaluate(unit, plain, 2.0).spectral;
  Descent descent(unit, perron_wins ? perron : plain, bound);
  int left = options.iterations > 0 ? options.iterations : evaluations_for(n);
  for (double p = 4.0; p <= 1024.0 && left > 1; p *= 4.0) left -= descent.minimise(p, std::min(left, 1 + left / 2));
  const Vector<double> x = descent.best();
  if (x.size() != n) return Vector<double>::Ones(n);
  return (x.array() - x.minCoeff()).exp();
}

}  // namespace unrecur

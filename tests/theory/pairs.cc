#include "tests/theory/pairs.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <algorithm>

#include "tests/theory/falsifier.h"

namespace unrecur::testing {
namespace {

constexpr double kNear = 1e-4;
constexpr Index kGroups = 66, kStates = 18;  // 66 groups of 18·17/2 pairs

/// ‖s‖ for many columns at once: a fixed matrix, then a plain norm.
class FastNorm {
 public:
  explicit FastNorm(const Norm& norm) : kind_(norm.kind()) {
    switch (kind_) {
      case NormKind::weighted_one:
      case NormKind::weighted_two:
        scale_ = norm.weights();
        break;
      case NormKind::weighted_inf:
        scale_ = norm.weights().cwiseInverse();
        break;
      case NormKind::quadratic:
        root_ = norm.metric().llt().matrixU();
        break;
      default:
        break;
    }
  }

  Matrix<double> scaled(const Matrix<double>& states) const {
    if (root_.size() > 0) return root_ * states;
    return scale_.size() > 0 ? Matrix<double>(scale_.asDiagonal() * states) : states;
  }

  /// Norms of a − b, both scaled.
  Eigen::RowVectorXd of_difference(const ConstMatrixRef<double>& a, const ConstMatrixRef<double>& b) const {
    const auto apart = (a - b).cwiseAbs();
    if (kind_ == NormKind::inf || kind_ == NormKind::weighted_inf) return apart.colwise().maxCoeff();
    if (kind_ == NormKind::one || kind_ == NormKind::weighted_one) return apart.colwise().sum();
    return apart.colwise().norm();
  }

 private:
  NormKind kind_;
  Vector<double> scale_;
  Matrix<double> root_;
};

struct Batch {
  Matrix<double> states, inputs;
};

Batch random_groups(const CellShape& shape, const Domain& domain, const Vector<double>& limits, double bound,
                    std::mt19937_64& engine) {
  Batch batch{Matrix<double>(shape.state, kGroups * kStates), Matrix<double>(shape.input, kGroups * kStates)};
  const Vector<double> reach = Vector<double>::Constant(shape.input, bound);
  for (Index g = 0; g < kGroups; ++g) {
    const Vector<double> x = g % 2 == 0 ? within(reach, engine) : corner(reach, engine);
    for (Index i = 0; i < kStates; ++i) {
      const Index at = g * kStates + i;
      const Vector<double> far = i % 4 < 2 ? within(limits, engine) : corner(limits, engine);
      // Every other state lies close to the one before.
      if (i % 2 == 0) batch.states.col(at) = far;
      if (i % 2 == 1) batch.states.col(at) = batch.states.col(at - 1) + 1e-3 * (far - batch.states.col(at - 1));
      batch.inputs.col(at) = x;
    }
  }
  batch.states = into(domain, std::move(batch.states));
  return batch;
}

struct Pair {
  Vector<double> one, other, input;
  double ratio = 0.0;  ///< ‖Δφ‖/‖Δs‖
};

/// Climbs from a pair by random moves of both states and the input, kept within their boxes.
double climb(const Cell<double>& cell, const FastNorm& norm, Pair pair, const Domain& domain,
             const Vector<double>& limits, double bound, std::mt19937_64& engine) {
  constexpr Index kMoves = 24;
  const Vector<double> reach = Vector<double>::Constant(pair.input.size(), bound);
  const auto moved = [&](const Vector<double>& from, const Vector<double>& box, double size) -> Vector<double> {
    return (from + size * within(box, engine)).cwiseMin(box).cwiseMax(-box);
  };
  double size = 0.5;
  for (int round = 0; round < 8; ++round, size *= 0.5) {
    Matrix<double> one(limits.size(), kMoves), other(limits.size(), kMoves), x(reach.size(), kMoves);
    for (Index k = 0; k < kMoves; ++k) {
      one.col(k) = moved(pair.one, limits, size);
      other.col(k) = k % 2 == 0 ? moved(pair.other, limits, size) : Vector<double>(pair.other);
      x.col(k) = moved(pair.input, reach, size);
    }
    one = into(domain, std::move(one));
    other = into(domain, std::move(other));
    const Matrix<double> next = step<double>(cell, one, x), other_next = step<double>(cell, other, x);
    const Eigen::RowVectorXd before = norm.of_difference(norm.scaled(one), norm.scaled(other));
    const Eigen::RowVectorXd after = norm.of_difference(norm.scaled(next), norm.scaled(other_next));
    for (Index k = 0; k < kMoves; ++k) {
      if (before(k) < kNear || !(after(k) > pair.ratio * before(k))) continue;
      pair = {one.col(k), other.col(k), x.col(k), after(k) / before(k)};
    }
  }
  return pair.ratio;
}

/// The worst pair of the groups; fails where one violates the certificate.
Pair worst_pair(const Batch& batch, const Matrix<double>& next, const Certificate& certificate, const FastNorm& norm,
                double slack) {
  const Matrix<double> here = norm.scaled(batch.states), there = norm.scaled(next);
  Pair worst;
  for (Index g = 0; g < kGroups; ++g) {
    for (Index apart = 1; apart < kStates; ++apart) {
      const Index first = g * kStates, count = kStates - apart;
      const Eigen::RowVectorXd before =
          norm.of_difference(here.middleCols(first, count), here.middleCols(first + apart, count));
      const Eigen::RowVectorXd after =
          norm.of_difference(there.middleCols(first, count), there.middleCols(first + apart, count));
      EXPECT_TRUE((after.array() <= certificate.rate.value * before.array() + slack).all()) << certificate.method;
      Index at = 0;
      // Nearer pairs say more about rounding than about the map.
      const double ratio = (before.array() < kNear).select(0.0, after.array() / before.array()).maxCoeff(&at);
      if (!(ratio > worst.ratio)) continue;
      worst = {batch.states.col(first + at), batch.states.col(first + at + apart), batch.inputs.col(first), ratio};
    }
  }
  return worst;
}

}  // namespace

PairSearch expect_ten_thousand_pairs_unviolated(const Cell<double>& cell, std::span<const Certificate> certificates,
                                                double bound, std::mt19937_64& engine) {
  PairSearch search;
  const CellShape shape = cell.shape();
  Vector<double> limits, low;
  Batch batch;
  Matrix<double> next;
  for (const Certificate& certificate : certificates) {
    // Certificates about different boxes are tried on states of their own.
    const Domain& domain = certificate.domain;
    const Vector<double>& box = domain.limits;
    const Vector<double> own = box.size() > 0 ? box : Vector<double>::Constant(shape.state, 3.0);
    if (batch.states.size() == 0 || own != limits || low.size() != domain.low.size() || low != domain.low) {
      limits = own;
      low = domain.low;
      batch = random_groups(shape, domain, limits, bound, engine);
      next = step<double>(cell, batch.states, batch.inputs);
      search.pairs = static_cast<int>(kGroups * kStates * (kStates - 1) / 2);
    }
    const FastNorm norm(certificate.norm);
    const Pair worst = worst_pair(batch, next, certificate, norm, 1e-13 * certificate.norm(limits));
    const double rate = certificate.rate.value;
    const double ratio = worst.ratio > 0.0 ? climb(cell, norm, worst, domain, limits, bound, engine) : 0.0;
    EXPECT_LE(ratio, rate * (1.0 + 1e-9) + 1e-11) << certificate.method << " violated by a climber";
    if (rate > 0.0) search.closest = std::max(search.closest, ratio / rate);
    if (box.size() == 0) continue;
    for (Index k = 0; k < next.cols(); ++k) {
      EXPECT_TRUE(domain.holds(next.col(k))) << certificate.method << ": a step leads out of the box";
    }
  }
  return search;
}

}  // namespace unrecur::testing

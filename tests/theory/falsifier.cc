#include "tests/theory/falsifier.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "tests/models/random_model.h"
#include "tests/support/reference_svd.h"

namespace unrecur::testing {
namespace {

/// One state or input of each kind in turn.
Vector<double> draw(const Vector<double>& scale, int number, std::mt19937_64& engine) {
  return number % 2 == 0 ? within(scale, engine) : corner(scale, engine);
}

Vector<double> limits_of(const Certificate& certificate, Index size) {
  const Vector<double>& limits = certificate.domain.limits;
  return limits.size() > 0 ? limits : Vector<double>::Constant(size, 3.0);
}

}  // namespace

Vector<double> within(const Vector<double>& scale, std::mt19937_64& engine) {
  return (random_matrix<double>(scale.size(), 1, engine).array() * scale.array()).matrix();
}

Vector<double> corner(const Vector<double>& scale, std::mt19937_64& engine) {
  return (random_matrix<double>(scale.size(), 1, engine).array().sign() * scale.array()).matrix();
}

Matrix<double> into(const Domain& domain, Matrix<double> states) {
  if (domain.low.size() == 0) return states;
  const Index n = domain.lean.size();
  for (Index k = 0; k < states.cols(); ++k) {
    Vector<double> s = states.col(k).cwiseMax(domain.low).cwiseMin(domain.high);
    if (n > 0) {
      const Vector<double> line = domain.lean.cwiseProduct(s.head(n));
      // A hair inside, or rounding leaves the band.
      s.tail(n) =
          s.tail(n).cwiseMax(line + domain.off_low * (1.0 - 1e-9)).cwiseMin(line + domain.off_high * (1.0 - 1e-9));
      s.tail(n) = s.tail(n).cwiseMax(domain.low.tail(n)).cwiseMin(domain.high.tail(n));
    }
    states.col(k) = s;
  }
  return states;
}

Matrix<double> dense_jacobian(const Cell<double>& cell, const Vector<double>& x, const Vector<double>& s) {
  Matrix<double> dense;
  cell.fix_inputs(x)->linearise(s, 0)->apply(Matrix<double>::Identity(s.rows(), s.rows()), dense);
  return dense;
}

double induced_norm(const Norm& norm, const Matrix<double>& j) {
  const Index n = j.rows();
  const Vector<double> w = norm.weights().size() > 0 ? norm.weights() : Vector<double>(Vector<double>::Ones(n));
  switch (norm.kind()) {
    case NormKind::inf:
    case NormKind::weighted_inf:
      return ((j.cwiseAbs() * w).array() / w.array()).maxCoeff();
    case NormKind::one:
    case NormKind::weighted_one:
      return ((j.cwiseAbs().transpose() * w).array() / w.array()).maxCoeff();
    case NormKind::two:
    case NormKind::weighted_two:
      return testing::largest_singular_value(w.asDiagonal() * j * w.cwiseInverse().asDiagonal());
    case NormKind::quadratic: {
      const Matrix<double> l = Eigen::LLT<Matrix<double>>(norm.metric()).matrixU();
      return testing::largest_singular_value(l * j * l.inverse());
    }
  }
  ADD_FAILURE() << "no induced norm for " << norm.name();
  return 0.0;
}

void expect_unviolated(const Cell<double>& cell, std::span<const Certificate> certificates, double bound, int pairs,
                       std::mt19937_64& engine) {
  const CellShape shape = cell.shape();
  const Vector<double> reach = Vector<double>::Constant(shape.input, bound);
  for (const Certificate& certificate : certificates) {
    const Vector<double> limits = limits_of(certificate, shape.state);
    Matrix<double> one(shape.state, pairs), other(shape.state, pairs), x(shape.input, pairs);
    for (int p = 0; p < pairs; ++p) {
      one.col(p) = draw(limits, p / 2, engine);
      const Vector<double> far = draw(limits, p / 4, engine);
      other.col(p) = p % 2 == 0 ? far : Vector<double>(one.col(p) + 1e-3 * (far - one.col(p)));
      x.col(p) = draw(reach, p / 3, engine);
    }
    one = into(certificate.domain, std::move(one));
    other = into(certificate.domain, std::move(other));
    const Matrix<double> next = step<double>(cell, one, x), other_next = step<double>(cell, other, x);
    for (int p = 0; p < pairs; ++p) {
      const double before = certificate.norm(Vector<double>(one.col(p) - other.col(p)));
      const double after = certificate.norm(Vector<double>(next.col(p) - other_next.col(p)));
      EXPECT_LE(after, certificate.rate.value * before + 1e-13 * certificate.norm(limits)) << certificate.method;
    }
    if (certificate.domain.limits.size() == 0) continue;
    const Vector<double> farthest = next.cwiseAbs().rowwise().maxCoeff();
    EXPECT_TRUE((farthest.array() <= limits.array()).all()) << "a step leads out of the box";
  }
}

double climb_gain(const Cell<double>& cell, const Certificate& certificate, double bound, int moves,
                  std::mt19937_64& engine) {
  const CellShape shape = cell.shape();
  Vector<double> scale(shape.state + shape.input);
  scale << limits_of(certificate, shape.state), Vector<double>::Constant(shape.input, bound);
  Vector<double> point = corner(scale, engine);
  const auto gain = [&](const Vector<double>& p) {
    const Vector<double> state = into(certificate.domain, p.head(shape.state));
    return induced_norm(certificate.norm, dense_jacobian(cell, p.tail(shape.input), state));
  };
  double best = gain(point);
  for (int move = 0; move < moves; ++move) {
    Vector<double> moved = point;
    const Index i = static_cast<Index>(engine() % static_cast<std::uint64_t>(point.size()));
    moved(i) = within(scale, engine)(i);
    const double found = gain(moved);
    if (!(found > best)) continue;
    best = found;
    point = moved;
  }
  return best;
}

std::vector<Certificate> certificates_of(const RateBounds& bounds) {
  std::vector<Certificate> found;
  for (const UpperRateBound& upper : bounds.upper) {
    if (upper.certificate) found.push_back(*upper.certificate);
  }
  return found;
}

std::vector<std::pair<std::string, double>> rates_of(const RateBounds& bounds) {
  std::vector<std::pair<std::string, double>> rates;
  for (const UpperRateBound& upper : bounds.upper) {
    rates.emplace_back(upper.method, upper.bound() ? upper.bound()->value : kInfinity);
  }
  for (const LowerRateBound& lower : bounds.lower) {
    rates.emplace_back(lower.method, lower.bound ? lower.bound->value : 0.0);
  }
  return rates;
}

double rate_of(const RateBounds& bounds, std::string_view method) {
  for (const auto& [name, rate] : rates_of(bounds)) {
    if (name == method) return rate;
  }
  ADD_FAILURE() << "no bound by " << method;
  return 0.0;
}

std::unique_ptr<Cell<double>> permuted(const Cell<double>& cell, const std::vector<Index>& order) {
  auto result = cell.clone();
  const Index n = cell.shape().output;
  for (auto& p : result->parameters()) {
    const Matrix<double> old = p.value;
    for (Index row = 0; row < old.rows(); ++row) {
      const Index from = row / n * n + order[static_cast<std::size_t>(row % n)];
      for (Index k = 0; k < old.cols(); ++k) {
        const bool recurrent = p.name == "weight_hh_l0";
        p.value(row, k) = old(from, recurrent ? order[static_cast<std::size_t>(k)] : k);
      }
    }
  }
  return result;
}

}  // namespace unrecur::testing

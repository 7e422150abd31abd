#pragma once

#include <cmath>
#include <functional>
#include <utility>

#include "theory/estimates/driven_system.h"

namespace unrecur::testing {

/// A map and its Jacobian, point by point, as a driven system: for maps whose exponents are known.
class KnownMap : public DrivenSystem {
 public:
  using State = Vector<double>;
  using Step = std::function<State(const State& s, const State& x)>;
  using Slope = std::function<Matrix<double>(const State& s, const State& x)>;

  KnownMap(Index n, Index m, Step step, Slope slope) : n_(n), m_(m), step_(std::move(step)), slope_(std::move(slope)) {}

  Index state_size() const override { return n_; }
  Index input_size() const override { return m_; }
  std::unique_ptr<FixedInputMap<double>> fix_inputs(const ConstMatrixRef<double>& x) const override {
    return std::make_unique<Fixed>(*this, x);
  }

 private:
  class Slopes : public Jacobian<double> {
   public:
    explicit Slopes(std::vector<Matrix<double>> at) : at_(std::move(at)) {}
    void apply(const ConstMatrixRef<double>& v, Matrix<double>& out) const override { each(v, out, false); }
    void apply_transposed(const ConstMatrixRef<double>& v, Matrix<double>& out) const override { each(v, out, true); }
    void apply_with_input(const ConstMatrixRef<double>&, const ConstMatrixRef<double>&,
                          Matrix<double>&) const override {}
    void apply_input_transposed(const ConstMatrixRef<double>&, Matrix<double>&) const override {}

   private:
    void each(const ConstMatrixRef<double>& v, Matrix<double>& out, bool transposed) const {
      out.resize(v.rows(), v.cols());
      for (Index c = 0; c < v.cols(); ++c) {
        const Matrix<double>& j = at_[at_.size() == 1 ? 0 : static_cast<std::size_t>(c)];
        if (transposed)
          out.col(c) = j.transpose() * v.col(c);
        else
          out.col(c) = j * v.col(c);
      }
    }
    std::vector<Matrix<double>> at_;
  };

  class Fixed : public FixedInputMap<double> {
   public:
    Fixed(const KnownMap& map, Matrix<double> x) : map_(map), x_(std::move(x)) {}
    Index columns() const override { return x_.cols(); }
    void apply(const ConstMatrixRef<double>& state, Index first, MatrixRef<double> next) const override {
      for (Index c = 0; c < state.cols(); ++c) next.col(c) = map_.step_(state.col(c), x_.col(first + c));
    }
    std::unique_ptr<Jacobian<double>> linearise(const ConstMatrixRef<double>& state, Index first) const override {
      std::vector<Matrix<double>> slopes;
      for (Index c = 0; c < state.cols(); ++c) slopes.push_back(map_.slope_(state.col(c), x_.col(first + c)));
      return std::make_unique<Slopes>(std::move(slopes));
    }

   private:
    const KnownMap& map_;
    Matrix<double> x_;
  };

  Index n_, m_;
  Step step_;
  Slope slope_;
};

/// s' = A s + x.
inline KnownMap linear_map(Matrix<double> a) {
  const Index n = a.rows();
  return {n, n, [a](const auto& s, const auto& x) -> Vector<double> { return a * s + x; },
          [a](const auto&, const auto&) -> Matrix<double> { return a; }};
}

/// The logistic map at 4, driven by nothing: λ = ln 2.
inline KnownMap logistic_map() {
  return {1, 1,
          [](const auto& s, const auto& x) -> Vector<double> {
            return Vector<double>::Constant(1, 4.0 * s(0) * (1.0 - s(0)) + x(0));
          },
          [](const auto& s, const auto&) -> Matrix<double> {
            return Matrix<double>::Constant(1, 1, 4.0 * (1.0 - 2.0 * s(0)));
          }};
}

/// Hénon's map x' = 1 − 1.4 x² + y, y' = 0.3 x: λ_1 = 0.4192, λ_1 + λ_2 = ln 0.3.
inline KnownMap henon_map() {
  return {2, 1,
          [](const auto& s, const auto&) -> Vector<double> {
            return Vector<double>{{1.0 - 1.4 * s(0) * s(0) + s(1), 0.3 * s(0)}};
          },
          [](const auto& s, const auto&) -> Matrix<double> {
            return Matrix<double>{{-2.8 * s(0), 1.0}, {0.3, 0.0}};
          }};
}

/// Ikeda's map with its constant drive replaced by an input: z' = x + u z exp(i(0.4 − 6/(1 + |z|²))), z complex.
/// Every step multiplies areas by u², so λ_1 + λ_2 = 2 ln u whatever the input; x = 1, u = 0.9: λ_1 = 0.5077.
inline KnownMap ikeda_map(double u) {
  return {2, 1,
          [u](const auto& s, const auto& x) -> Vector<double> {
            const double theta = 0.4 - 6.0 / (1.0 + s.squaredNorm());
            const double c = std::cos(theta), d = std::sin(theta);
            return Vector<double>{{x(0) + u * (s(0) * c - s(1) * d), u * (s(0) * d + s(1) * c)}};
          },
          [u](const auto& s, const auto&) -> Matrix<double> {
            const double w = 1.0 + s.squaredNorm(), theta = 0.4 - 6.0 / w;
            const double c = std::cos(theta), d = std::sin(theta);
            const Matrix<double> rotation{{c, -d}, {d, c}};
            const Vector<double> turned{{-s(0) * d - s(1) * c, s(0) * c - s(1) * d}};  // ∂(rotation s)/∂θ
            return u * (rotation + turned * (12.0 / (w * w) * s).transpose());
          }};
}

}  // namespace unrecur::testing

#pragma once

#include <string>
#include <string_view>

#include "models/arrays/matrix.h"

namespace unrecur {

/// ρ in h' = ρ(W h + U x + b), applied entry by entry. All are continuous and rise; α ≥ 0.
///
///     tanh          slope in (0, 1]         relu        slope in {0, 1} (0 at 0)
///     sigmoid       slope in (0, 1/4]       identity    slope 1
///     hard_sigmoid  min(1, max(0, α a + β)), slope in {0, α} (0 at both kinks)
///     softsign      a/(1 + |a|), slope in (0, 1]
///     leaky_relu    a above 0, α a below, slope in {α, 1} (α at 0)
///     elu           a above 0, α (eᵃ − 1) below, slope in (0, α] below and 1 above
enum class Activation { tanh, relu, sigmoid, identity, hard_sigmoid, softsign, leaky_relu, elu };

/// An activation with its parameters, which those without do not read.
struct ActivationFunction {
  Activation kind;
  double slope;    ///< α of hard_sigmoid, leaky_relu and elu, a finite number of at least 0
  double at_zero;  ///< β of hard_sigmoid, a finite number

  // NOLINTNEXTLINE(google-explicit-constructor): an activation without parameters is one
  ActivationFunction(Activation function = Activation::tanh, double alpha = 1.0, double beta = 0.5)
      : kind(function), slope(alpha), at_zero(beta) {}

  bool has_slope() const {
    return kind == Activation::hard_sigmoid || kind == Activation::leaky_relu || kind == Activation::elu;
  }
  /// Whether every value lies in [0, 1]: what makes a function one of gates.
  bool is_gate() const { return kind == Activation::sigmoid || kind == Activation::hard_sigmoid; }
};

/// Those without parameters. Throws UsageError that lists the names.
Activation activation_named(std::string_view name);
std::string name_of(Activation activation);

/// a = ρ(a).
template <class S>
void activate(const ActivationFunction& function, MatrixRef<S> a);

/// d = d ∘ ρ'(a), given r = ρ(a): every slope here is a function of the value.
template <class S>
void scale_by_slope(const ActivationFunction& function, const ConstMatrixRef<S>& r, MatrixRef<S> d);

/// ρ'(a) entry by entry, given r = ρ(a).
template <class S>
Matrix<S> slopes_at(const ActivationFunction& function, const ConstMatrixRef<S>& r) {
  Matrix<S> slopes = Matrix<S>::Ones(r.rows(), r.cols());
  scale_by_slope<S>(function, r, slopes);
  return slopes;
}

}  // namespace unrecur

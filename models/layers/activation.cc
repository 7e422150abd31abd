#include "models/layers/activation.h"

#include <array>
#include <utility>

#include "base/errors.h"
#include "models/arrays/hyperbolic_tangent.h"

namespace unrecur {
namespace {

constexpr std::array<std::pair<std::string_view, Activation>, 8> kNames{{{"tanh", Activation::tanh},
                                                                         {"relu", Activation::relu},
                                                                         {"sigmoid", Activation::sigmoid},
                                                                         {"identity", Activation::identity},
                                                                         {"softsign", Activation::softsign},
                                                                         {"hard_sigmoid", Activation::hard_sigmoid},
                                                                         {"leaky_relu", Activation::leaky_relu},
                                                                         {"elu", Activation::elu}}};

/// d_ij = map(r_ij, d_ij): a loop that the compiler vectorises, unlike Eigen's select.
template <class S, class Map>
void for_each_entry(const ConstMatrixRef<S>& r, MatrixRef<S> d, const Map& map) {
  for (Index j = 0; j < d.cols(); ++j) {
    const S* const values = r.col(j).data();
    S* const entries = d.col(j).data();
    for (Index i = 0; i < d.rows(); ++i) entries[i] = map(values[i], entries[i]);
  }
}

}  // namespace

Activation activation_named(std::string_view name) {
  for (const auto& [known, activation] : kNames) {
    if (known == name && !ActivationFunction(activation).has_slope()) return activation;
  }
  throw UsageError("unknown activation '" + std::string(name) +
                   "': expected tanh, relu, sigmoid, identity or softsign");
}

std::string name_of(Activation activation) {
  for (const auto& [name, known] : kNames) {
    if (known == activation) return std::string(name);
  }
  return {};
}

template <class S>
void activate(const ActivationFunction& function, MatrixRef<S> a) {
  const S slope = static_cast<S>(function.slope), at_zero = static_cast<S>(function.at_zero);
  switch (function.kind) {
    case Activation::tanh:
      take_tanh<S>(a);
      return;
    case Activation::relu:
      a.array() = a.array().max(S(0));
      return;
    case Activation::sigmoid:
      a.array() = a.array().logistic();
      return;
    case Activation::identity:
      return;
    case Activation::hard_sigmoid:
      a.array() = (slope * a.array() + at_zero).max(S(0)).min(S(1));
      return;
    case Activation::softsign:
      a.array() /= S(1) + a.array().abs();
      return;
    case Activation::leaky_relu:
      for_each_entry<S>(a, a, [&](S value, S) { return value > S(0) ? value : slope * value; });
      return;
    case Activation::elu:
      a.array() = (a.array() > S(0)).select(a.array(), slope * a.array().min(S(0)).expm1());
      return;
  }
}

template <class S>
void scale_by_slope(const ActivationFunction& function, const ConstMatrixRef<S>& r, MatrixRef<S> d) {
  const S slope = static_cast<S>(function.slope);
  switch (function.kind) {
    case Activation::tanh:
      d.array() *= S(1) - r.array().square();
      return;
    case Activation::relu:
      for_each_entry<S>(r, d, [](S value, S entry) { return value > S(0) ? entry : S(0); });
      return;
    case Activation::sigmoid:
      d.array() *= r.array() * (S(1) - r.array());
      return;
    case Activation::identity:
      return;
    case Activation::hard_sigmoid:
      for_each_entry<S>(r, d, [&](S value, S entry) { return value > S(0) && value < S(1) ? slope * entry : S(0); });
      return;
    case Activation::softsign:
      d.array() *= (S(1) - r.array().abs()).square();
      return;
    case Activation::leaky_relu:
      for_each_entry<S>(r, d, [&](S value, S entry) { return value > S(0) ? entry : slope * entry; });
      return;
    case Activation::elu:
      for_each_entry<S>(r, d, [&](S value, S entry) { return value > S(0) ? entry : entry * (value + slope); });
      return;
  }
}

template void activate<float>(const ActivationFunction&, MatrixRef<float>);
template void activate<double>(const ActivationFunction&, MatrixRef<double>);
template void scale_by_slope<float>(const ActivationFunction&, const ConstMatrixRef<float>&, MatrixRef<float>);
template void scale_by_slope<double>(const ActivationFunction&, const ConstMatrixRef<double>&, MatrixRef<double>);

}  // namespace unrecur

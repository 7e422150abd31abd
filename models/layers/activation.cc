#include "models/layers/activation.h"

#include <array>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

constexpr std::array<std::pair<std::string_view, Activation>, 4> kNames{{{"tanh", Activation::tanh},
                                                                         {"relu", Activation::relu},
                                                                         {"sigmoid", Activation::sigmoid},
                                                                         {"identity", Activation::identity}}};

}  // namespace

Activation activation_named(std::string_view name) {
  for (const auto& [known, activation] : kNames) {
    if (known == name) return activation;
  }
  throw UsageError("unknown activation '" + std::string(name) + "': expected tanh, relu, sigmoid or identity");
}

std::string name_of(Activation activation) {
  for (const auto& [name, known] : kNames) {
    if (known == activation) return std::string(name);
  }
  return {};
}

template <class S>
void activate(Activation activation, MatrixRef<S> a) {
  switch (activation) {
    case Activation::tanh:
      a.array() = a.array().tanh();
      return;
    case Activation::relu:
      a.array() = a.array().max(S(0));
      return;
    case Activation::sigmoid:
      a.array() = a.array().logistic();
      return;
    case Activation::identity:
      return;
  }
}

template <class S>
void scale_by_slope(Activation activation, const ConstMatrixRef<S>& r, MatrixRef<S> d) {
  switch (activation) {
    case Activation::tanh:
      d.array() *= S(1) - r.array().square();
      return;
    case Activation::relu:
      d.array() = (r.array() > S(0)).select(d.array(), S(0));
      return;
    case Activation::sigmoid:
      d.array() *= r.array() * (S(1) - r.array());
      return;
    case Activation::identity:
      return;
  }
}

template void activate<float>(Activation, MatrixRef<float>);
template void activate<double>(Activation, MatrixRef<double>);
template void scale_by_slope<float>(Activation, const ConstMatrixRef<float>&, MatrixRef<float>);
template void scale_by_slope<double>(Activation, const ConstMatrixRef<double>&, MatrixRef<double>);

}  // namespace unrecur

#include "theory/memory/growth.h"

#include <cmath>
#include <memory>

namespace unrecur {

std::vector<double> growth_bits(const FixedInputMap<double>& map, Matrix<double> state, Index steps) {
  const Matrix<double> identity = Matrix<double>::Identity(state.rows(), state.rows());
  Vector<double> radius = Vector<double>::Ones(state.rows());
  Matrix<double> jacobian, next(state.rows(), 1);
  std::vector<double> sums;
  double bits = 0.0;
  for (Index t = 0; t < steps; ++t) {
    map.linearise(state, 0)->apply(identity, jacobian);
    radius = jacobian.cwiseAbs() * radius;
    double size = radius.maxCoeff();
    if (size > 0.0 && std::isfinite(size)) bits += std::log2(size);
    sums.push_back(bits);
    if (!(size > 0.0 && std::isfinite(size))) size = 1.0;
    radius /= size;
    map.apply(state, 0, next);
    state = next;
  }
  return sums;
}

double product_bits(const FixedInputMap<double>& map, Matrix<double> state, Index steps, RunThrough inputs) {
  Vector<double> radius = Vector<double>::Ones(state.rows());
  Matrix<double> product, jacobian, next(state.rows(), 1);
  const Matrix<double> identity = Matrix<double>::Identity(state.rows(), state.rows());
  double bits = 0.0;
  for (Index t = 0; t < steps; ++t) {
    const Index input = inputs == RunThrough::one_by_one ? t : 0;
    const auto at = map.linearise(state, input);
    at->apply(product.size() == 0 ? identity : product, jacobian);
    product.swap(jacobian);
    if ((t + 1) % kProductSteps == 0 || t + 1 == steps) {
      radius = product.cwiseAbs() * radius;
      const double size = radius.maxCoeff();
      const bool counts = size > 0.0 && std::isfinite(size);
      if (counts) bits += std::log2(size);
      radius = counts ? Vector<double>(radius / size) : Vector<double>::Ones(state.rows());
      product.resize(0, 0);
    }
    map.apply(state, input, next);
    state = next;
  }
  return bits;
}

}  // namespace unrecur

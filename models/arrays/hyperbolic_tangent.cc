#include "models/arrays/hyperbolic_tangent.h"

namespace unrecur {
namespace {

/// Entries at a time: whole registers, so that every entry takes the same operations wherever it stands.
constexpr Index kBlock = 32;
using Block = Eigen::Array<double, kBlock, 1>;

/// Both formulas as a fraction, one of which is taken: loops that the compiler vectorises, unlike Eigen's select.
void take_tanh_of_block(double* x) {
  const Block e = (-2.0 * Eigen::Map<Block>(x).abs()).exp();
  for (Index i = 0; i < kBlock; ++i) {
    const double z = x[i] * x[i], sign = x[i] < 0.0 ? -1.0 : 1.0;
    const double near_above = x[i] * (((36.0 * z + 6930.0) * z + 270270.0) * z + 2027025.0);
    const double near_below = (((z + 630.0) * z + 51975.0) * z + 945945.0) * z + 2027025.0;
    const double far_above = sign * (1.0 - e[i]), far_below = 1.0 + e[i];
    const bool near = z < 0.36;
    const double value = (near ? near_above : far_above) / (near ? near_below : far_below);
    x[i] = x[i] == x[i] ? value : x[i];
  }
}

}  // namespace

template <>
void take_tanh<float>(MatrixRef<float> x) {
  x.array() = x.array().tanh();
}

template <>
void take_tanh<double>(MatrixRef<double> x) {
  const Index whole = x.rows() / kBlock * kBlock;
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index i = 0; i < whole; i += kBlock) take_tanh_of_block(&x(i, j));
    if (whole == x.rows()) continue;
    auto rest = x.col(j).tail(x.rows() - whole).array();
    Block block = Block::Zero();
    block.head(rest.size()) = rest;
    take_tanh_of_block(block.data());
    rest = block.head(rest.size());
  }
}

}  // namespace unrecur

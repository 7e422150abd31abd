#include "models/arrays/hyperbolic_tangent.h"

#include <algorithm>

namespace unrecur {
namespace {

/// Entries at a time: whole registers, so that every entry takes the same operations wherever it stands.
constexpr int kBlock = 16;
using Block = Eigen::Array<double, kBlock, 1>;

/// Both formulas as a fraction, one of which is taken: loops that the compiler vectorises, unlike Eigen's select.
void take_tanh_of(Block& x) {
  const Block e = (-2.0 * x.abs()).exp();
  for (int i = 0; i < kBlock; ++i) {
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
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index i = 0; i < x.rows(); i += kBlock) {
      auto part = x.col(j).segment(i, std::min<Index>(kBlock, x.rows() - i)).array();
      Block block = Block::Zero();
      block.head(part.size()) = part;
      take_tanh_of(block);
      part = block.head(part.size());
    }
  }
}

}  // namespace unrecur

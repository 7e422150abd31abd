#include <cmath>

#include "base/errors.h"
#include "models/decoders/loss.h"

namespace unrecur {
namespace {

/// Independent Bernoulli per row: ℓ = Σ_i ln(1 + e^{z_i}) − y_i z_i, gradient σ(z) − y.
/// The logarithm is taken of numbers in [1, 2] only, so that large |z| neither overflow nor lose digits.
template <class S>
class Bernoulli : public Loss<S> {
 public:
  std::string name() const override { return "bernoulli"; }

  double apply(MatrixRef<S> z, Index first, const Targets<S>& targets, S scale) const override {
    if (targets.frames.rows() != z.rows() || first + z.cols() > targets.frames.cols()) {
      throw UsageError("bernoulli loss: one target frame of the output's size for each column");
    }
    double sum = 0.0;
    for (Index j = 0; j < z.cols(); ++j) {
      const S w = column_weight(targets, first + j);
      const auto y = targets.frames.col(first + j).array();
      auto column = z.col(j).array();
      const auto terms = column.max(S(0)) - y * column + (-column.abs()).exp().log1p();
      sum += static_cast<double>(w) * static_cast<double>(terms.sum());
      if (scale != S(0)) column = (scale * w) * (column.logistic() - y);
    }
    return sum;
  }
};

template <class S>
std::unique_ptr<Loss<S>> make() {
  return std::make_unique<Bernoulli<S>>();
}

}  // namespace

namespace registry::losses {
extern const LossType bernoulli;
const LossType bernoulli{"bernoulli", &make<float>, &make<double>};
}  // namespace registry::losses

}  // namespace unrecur

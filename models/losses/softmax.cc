#include <cmath>

#include "base/errors.h"
#include "models/decoders/loss.h"

namespace unrecur {
namespace {

/// Softmax cross entropy: ℓ = ln Σ_i e^{z_i} − z_y, gradient softmax(z) − 1_y. The largest z is taken out first.
template <class S>
class Softmax : public Loss<S> {
 public:
  std::string name() const override { return "softmax"; }

  double apply(MatrixRef<S> z, Index first, const Targets<S>& targets, S scale) const override {
    if (first + z.cols() > static_cast<Index>(targets.symbols.size())) {
      throw UsageError("softmax loss: one target symbol for each column");
    }
    double sum = 0.0;
    for (Index j = 0; j < z.cols(); ++j) {
      const Index y = targets.symbols[static_cast<std::size_t>(first + j)];
      if (y < 0 || y >= z.rows()) throw UsageError("softmax loss: a target symbol lies outside the vocabulary");
      const S w = column_weight(targets, first + j);
      auto column = z.col(j).array();
      const S top = column.maxCoeff();
      const S at_target = column(y) - top;
      column = (column - top).exp();
      const S total = column.sum();
      sum += static_cast<double>(w) * (std::log(static_cast<double>(total)) - static_cast<double>(at_target));
      if (scale != S(0)) {
        column *= scale * w / total;
        column(y) -= scale * w;
      }
    }
    return sum;
  }
};

template <class S>
std::unique_ptr<Loss<S>> make() {
  return std::make_unique<Softmax<S>>();
}

}  // namespace

namespace registry::losses {
extern const LossType softmax;
const LossType softmax{"softmax", &make<float>, &make<double>};
}  // namespace registry::losses

}  // namespace unrecur

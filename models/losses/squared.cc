#include "base/errors.h"
#include "models/decoders/loss.h"

namespace unrecur {
namespace {

/// Squared error ℓ = ½ ‖z − y‖², gradient z − y.
template <class S>
class Squared : public Loss<S> {
 public:
  std::string name() const override { return "squared"; }

  double apply(MatrixRef<S> z, Index first, const Targets<S>& targets, S scale) const override {
    if (targets.frames.rows() != z.rows() || first + z.cols() > targets.frames.cols()) {
      throw UsageError("squared loss: one target frame of the output's size for each column");
    }
    double sum = 0.0;
    for (Index j = 0; j < z.cols(); ++j) {
      const S w = column_weight(targets, first + j);
      z.col(j) -= targets.frames.col(first + j);
      sum += 0.5 * static_cast<double>(w) * static_cast<double>(z.col(j).squaredNorm());
      if (scale != S(0)) z.col(j) *= scale * w;
    }
    return sum;
  }
};

template <class S>
std::unique_ptr<Loss<S>> make() {
  return std::make_unique<Squared<S>>();
}

}  // namespace

namespace registry::losses {
extern const LossType squared;
const LossType squared{"squared", &make<float>, &make<double>};
}  // namespace registry::losses

}  // namespace unrecur

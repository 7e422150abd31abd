#include "theory/curvature/state_ball.h"

#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {

double StateBall::reach(Index j) const {
  switch (norm_->kind()) {
    case NormKind::one:
    case NormKind::two:
    case NormKind::inf:
      return 1.0;
    case NormKind::weighted_one:
    case NormKind::weighted_two:
      return divide_up(1.0, norm_->weights()(first_ + j));
    case NormKind::weighted_inf:
      return norm_->weights()(first_ + j);
    case NormKind::quadratic:
      break;
  }
  return norm_->to_euclidean();
}

Jet StateBall::combination(const Eigen::Ref<const Vector<double>>& w) const {
  Jet jet;
  Vector<double> reached(size_);
  for (Index k = 0; k < size_; ++k) {
    jet.value = add_up(jet.value, bound_product(std::abs(w(k)), limit(k)));
    reached(k) = bound_product(std::abs(w(k)), reach(k));
  }
  switch (norm_->kind()) {
    case NormKind::one:
    case NormKind::weighted_one:
      jet.first = size_ > 0 ? reached.maxCoeff() : 0.0;
      break;
    case NormKind::inf:
    case NormKind::weighted_inf:
      jet.first = nonnegative_sum_up(reached.sum(), size_);
      break;
    case NormKind::two:
    case NormKind::weighted_two:
    case NormKind::quadratic:
      jet.first = frobenius_norm_upper(reached);
      break;
  }
  return jet;
}

Jet preactivation(const JetQuestion& question, const StateBall& read, const Eigen::Ref<const Vector<double>>& w,
                  const Eigen::Ref<const Vector<double>>& u) {
  Jet sum = read.combination(w);
  if (question.inputs.empty()) {
    sum.value = kInfinity;
    return sum;
  }
  for (Index i = 0; i < u.size(); ++i) {
    sum = jet_sum(sum, jet_scaled(std::abs(u(i)), question.inputs[static_cast<std::size_t>(i)]));
  }
  return sum;
}

}  // namespace unrecur

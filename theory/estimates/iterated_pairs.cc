#include "theory/estimates/iterated_pairs.h"

#include <cmath>

namespace unrecur {

IteratedPairs::IteratedPairs(const DrivenSystem& system, std::span<const InputWindow> windows,
                             std::span<const Index> window_of, Index r)
    : pairs_(static_cast<Index>(window_of.size())), steps_(r) {
  Matrix<double> x(system.input_size(), r * 2 * pairs_);
  for (Index t = 0; t < r; ++t) {
    for (Index c = 0; c < 2 * pairs_; ++c) {
      const auto window = static_cast<std::size_t>(window_of[static_cast<std::size_t>(c % pairs_)]);
      x.col(t * 2 * pairs_ + c) = windows[window].inputs.col(t);
    }
  }
  map_ = system.fix_inputs(x);
}

Matrix<double> IteratedPairs::run(const Matrix<double>& states, Jacobians& jacobians) const {
  Matrix<double> now = states, next(states.rows(), states.cols());
  for (Index t = 0; t < steps_; ++t) {
    jacobians.push_back(map_->linearise(now, t * now.cols()));
    map_->apply(now, t * now.cols(), next);
    now.swap(next);
  }
  return now;
}

void IteratedPairs::pull_back(const Jacobians& jacobians, Matrix<double>& v) {
  Matrix<double> moved;
  for (std::size_t t = jacobians.size(); t-- > 0;) {
    jacobians[t]->apply_transposed(v, moved);
    v.swap(moved);
  }
}

IteratedPairs::Ratios IteratedPairs::evaluate(const Matrix<double>& states) const {
  Jacobians jacobians;
  const Matrix<double> end = run(states, jacobians);
  const Matrix<double> before = states.leftCols(pairs_) - states.rightCols(pairs_);
  Matrix<double> after = end.leftCols(pairs_) - end.rightCols(pairs_);
  Ratios ratios{Vector<double>(pairs_), Matrix<double>(states.rows(), 2 * pairs_)};
  for (Index p = 0; p < pairs_; ++p) {
    const double length = after.col(p).norm();
    ratios.log(p) = std::log(length) - std::log(before.col(p).norm());
    // ∂ ln‖d‖/∂d = d/‖d‖². Where the images meet there is nothing to pull back.
    after.col(p) = length > 0.0 ? Vector<double>(after.col(p) / length / length) : Vector<double>::Zero(after.rows());
  }
  ratios.gradient << after, -after;
  pull_back(jacobians, ratios.gradient);
  for (Index p = 0; p < pairs_; ++p) {
    const Vector<double> own = before.col(p) / before.col(p).squaredNorm();
    ratios.gradient.col(p) -= own;
    ratios.gradient.col(pairs_ + p) += own;
  }
  return ratios;
}

Matrix<double> IteratedPairs::stretch(const Matrix<double>& states, const Matrix<double>& v) const {
  Jacobians jacobians;
  run(states, jacobians);
  Matrix<double> out = v, moved;
  for (const auto& jacobian : jacobians) {
    jacobian->apply(out, moved);
    out.swap(moved);
    out.colwise().normalize();  // long products leave the range of doubles
  }
  pull_back(jacobians, out);
  out.colwise().normalize();
  return out;
}

}  // namespace unrecur

#include "theory/fixed_point.h"

#include <Eigen/LU>
#include <memory>

#include "models/errors.h"
#include "theory/eigen.h"

namespace unrecur {
namespace {

class FixedPointSearch {
 public:
  FixedPointSearch(const Cell<double>& cell, const Vector<double>& x, const FixedPointOptions& options)
      : map_(cell.fix_inputs(x)), options_(options), n_(cell.shape().state) {}

  Vector<double> zero() const { return Vector<double>::Zero(n_); }

  Vector<double> settled(Vector<double> state) const {
    for (int i = 0; i < options_.settling_steps && state.allFinite(); ++i) state = next(state);
    return state;
  }

  Matrix<double> jacobian(const Vector<double>& state) const {
    Matrix<double> j;
    map_->linearise(state, 0)->apply(Matrix<double>::Identity(n_, n_), j);
    return j;
  }

  /// Newton's method on φ(s) − s.
  std::optional<FixedPoint> newton(Vector<double> state) const {
    for (int i = 0; i <= options_.newton_steps; ++i) {
      const Vector<double> gap = next(state) - state;
      const double residual = gap.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
      if (!(residual < 1e100)) return std::nullopt;
      if (residual <= options_.tolerance) return FixedPoint{state, residual, radius_at(state)};
      Matrix<double> shifted = -jacobian(state);
      shifted.diagonal().array() += 1.0;
      state += shifted.partialPivLu().solve(gap);
    }
    return std::nullopt;
  }

 private:
  Vector<double> next(const Vector<double>& state) const {
    Matrix<double> result(n_, 1);
    map_->apply(state, 0, result);
    return result;
  }
  LowerBound radius_at(const Vector<double>& state) const {
    return {spectral_radius(jacobian(state)), Rigour::floating};
  }

  std::unique_ptr<FixedInputMap<double>> map_;
  FixedPointOptions options_;
  Index n_;
};

}  // namespace

std::optional<FixedPoint> find_fixed_point(const Cell<double>& cell, const Vector<double>& x,
                                           const FixedPointOptions& options) {
  if (x.size() != cell.shape().input) throw UsageError("a constant input of another size than the cell's");
  const FixedPointSearch search(cell, x, options);
  std::optional<FixedPoint> best;
  for (const Vector<double>& start : {search.zero(), search.settled(search.zero())}) {
    const std::optional<FixedPoint> found = search.newton(start);
    if (found && (!best || found->radius.value > best->radius.value)) best = found;
  }
  if (best && !(best->radius.value >= 0.0)) return std::nullopt;
  return best;
}

std::optional<FixedPoint> find_fixed_point_among(const Cell<double>& cell, const InputSet& inputs) {
  constexpr Index kLargest = 256, kSmall = 64;
  const CellShape shape = cell.shape();
  if (shape.state > kLargest) return std::nullopt;
  const Matrix<double> examples = inputs.examples(shape.input, shape.state <= kSmall ? 5 : 2);
  std::optional<FixedPoint> best;
  for (Index t = 0; t < examples.cols(); ++t) {
    const std::optional<FixedPoint> found = find_fixed_point(cell, examples.col(t));
    if (found && (!best || found->radius.value > best->radius.value)) best = found;
  }
  return best;
}

}  // namespace unrecur

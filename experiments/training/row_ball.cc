#include "experiments/training/row_ball.h"

#include <cmath>

#include "models/errors.h"

namespace unrecur {
namespace {

double weighted_norm(const Eigen::Ref<Vector<float>>& x, const Vector<float>& weights) {
  return x.cwiseAbs().cast<double>().dot(weights.cast<double>());
}

void require_ball(const Eigen::Ref<Vector<float>>& x, const Vector<float>& weights, double radius) {
  if (x.size() != weights.size()) throw UsageError("a row and the weights of its ball differ in size");
  if (!(radius >= 0.0) || (weights.array() < 0.0F).any())
    throw UsageError("an l1 ball has no negative radius or weight");
}

}  // namespace

void project_row(Eigen::Ref<Vector<float>> x, const Vector<float>& weights, double radius) {
  require_ball(x, weights, radius);
  if (weighted_norm(x, weights) <= radius) return;
  double tau = 0.0;
  for (Index kept = x.size() + 1, now = 0; now != kept;) {
    if (now > 0) kept = now;
    double norm = 0.0, squares = 0.0;
    now = 0;
    for (Index k = 0; k < x.size(); ++k) {
      const double w = weights(k), size = std::abs(static_cast<double>(x(k)));
      if (w == 0.0 || size <= tau * w) continue;
      ++now;
      norm += w * size;
      squares += w * w;
    }
    if (now == 0) break;
    tau = (norm - radius) / squares;
  }
  for (Index k = 0; k < x.size(); ++k) {
    if (weights(k) == 0.0F) continue;
    const double size = std::max(0.0, std::abs(static_cast<double>(x(k))) - tau * weights(k));
    x(k) = static_cast<float>(std::copysign(size, static_cast<double>(x(k))));
  }
}

void scale_row(Eigen::Ref<Vector<float>> x, const Vector<float>& weights, double radius) {
  require_ball(x, weights, radius);
  const double norm = weighted_norm(x, weights);
  if (norm > radius) x *= static_cast<float>(radius / norm);
}

}  // namespace unrecur

#include "theory/stable_sets/row_ball.h"

#include <cmath>
#include <vector>

#include "base/errors.h"

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
  // The entries that are still positive, in their order.
  struct Entry {
    double weight, size;
  };
  std::vector<Entry> kept;
  kept.reserve(static_cast<std::size_t>(x.size()));
  for (Index k = 0; k < x.size(); ++k) {
    const double w = weights(k), size = std::abs(static_cast<double>(x(k)));
    if (w > 0.0 && size > 0.0) kept.push_back({w, size});
  }
  double tau = 0.0;
  for (std::size_t before = 0; kept.size() != before && !kept.empty();) {
    before = kept.size();
    double norm = 0.0, squares = 0.0;
    for (const Entry& entry : kept) {
      norm += entry.weight * entry.size;
      squares += entry.weight * entry.weight;
    }
    tau = (norm - radius) / squares;
    // Without a branch, which would be guessed wrongly half of the time: each entry is written, some are written over.
    std::size_t count = 0;
    for (const Entry entry : kept) {
      kept[count] = entry;
      count += entry.size > tau * entry.weight ? 1 : 0;
    }
    kept.resize(count);
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

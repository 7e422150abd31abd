#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// What a model should have said, one column (or symbol) for each packed column.
template <class S>
struct Targets {
  Matrix<S> frames;          ///< p × columns, for losses on frames
  std::vector<int> symbols;  ///< one symbol a column, for softmax
  Vector<S> weights;         ///< weight of each column in the loss; empty: 1
};

/// Loss ℓ(z, y) of a prediction z (p numbers, before any link function) against a target, summed over columns.
template <class S>
class Loss {
 public:
  virtual ~Loss() = default;
  virtual std::string name() const = 0;

  /// Returns Σ_j w_j ℓ(z_j, y_{first + j}) over the columns of `z`, in nats for likelihoods. Where scale is not zero,
  /// overwrites z_j with scale · w_j · ∂ℓ/∂z_j. Throws UsageError where the targets do not fit.
  virtual double apply(MatrixRef<S> z, Index first, const Targets<S>& targets, S scale) const = 0;
};

/// How a loss is made. Each file of models/losses/ defines one; the build makes the table of all of them.
struct LossType {
  std::string_view name;
  std::unique_ptr<Loss<float>> (*make_float)();
  std::unique_ptr<Loss<double>> (*make_double)();
};

namespace registry::losses {
std::span<const LossType* const> all();
}

/// A loss by its name (bernoulli, softmax, squared); throws UsageError that lists the names.
template <class S>
std::unique_ptr<Loss<S>> make_loss(std::string_view name);

/// w_{first + j}, or 1 where there are no weights.
template <class S>
S column_weight(const Targets<S>& targets, Index column) {
  return targets.weights.size() == 0 ? S(1) : targets.weights(column);
}

}  // namespace unrecur

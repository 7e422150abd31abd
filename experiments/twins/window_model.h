#pragma once

#include <span>

#include "base/execution.h"
#include "models/arrays/matrix.h"

namespace unrecur {

/// y_t = b + A w_t + Σ_{i ≤ j} q_ij v_i v_j, with w_t = (x_t, x_{t−1}, …, x_{t−k+1}) the last k inputs, the newest on
/// top, v_t the first `taps` of them, and zero for inputs before the first: a finite impulse response where taps = 0, a
/// Volterra series of order 2 otherwise. Feed-forward, with one layer and memory of k inputs.
struct WindowModel {
  Index inputs = 0;            ///< m
  Index order = 0;             ///< k
  Index taps = 0;              ///< at most k
  Matrix<double> linear{};     ///< A, p × k m
  Matrix<double> quadratic{};  ///< p × q (q + 1)/2, q = taps m: (0, 0), (0, 1), …, (0, q − 1), (1, 1), …
  Vector<double> bias{};       ///< p

  /// y of every step, p × T, x m × T.
  Matrix<double> predict(const Matrix<double>& x) const;
  Index parameters() const { return linear.size() + quadratic.size() + bias.size(); }
  /// Of one step.
  Index multiply_adds() const { return linear.size() + quadratic.size() + quadratic.cols(); }
};

/// Products of the first `taps` inputs of a window.
Index quadratic_features(Index inputs, Index taps);
/// The most taps with at most so many products, at most `order`.
Index most_taps(Index inputs, Index order, Index features);

/// What a model of a window is fitted to: inputs m × T and outputs p × T, of which the steps `first` … `last` − 1
/// count.
struct WindowExample {
  const Matrix<double>* x;
  const Matrix<double>* y;
  Index first, last;
};

/// The A, q and b with the least Σ ‖y − ŷ‖² + ridge · s · (‖A‖² + ‖q‖²), s the mean square of a feature times the
/// number of steps, for each of the orders, which rise; by one matrix of inner products for all of them. Throws
/// UsageError where there are no steps. Costs the square of the largest number of features for each step.
std::vector<WindowModel> fit_window_models(std::span<const WindowExample> examples, std::span<const Index> orders,
                                           Index taps, double ridge, const ExecutionContext& execution = {});

}  // namespace unrecur

#pragma once

#include <utility>
#include <vector>

#include "models/layers/sequential.h"

namespace unrecur {

/// Gradients on their way down: what is asked of the output of each layer, and of the inputs.
template <class S>
struct Sequential<S>::Pass {
  Pass(const Sequential& stack, const ConstMatrixRef<S>& d_output) : stack_(stack), of_outputs_(stack.layers_.size()) {
    Index row = 0;
    for (Index k = 0; k < stack.layers(); ++k) {
      const Index rows = stack.layer(k).sizes().output;
      if (stack.skip_ == Skip::dense) of_output(k) = d_output.middleRows(row, rows);
      row += rows;
    }
    if (stack.skip_ != Skip::dense) of_output(stack.layers() - 1) = d_output;
    if (stack.skip_ == Skip::residual) of_sum_ = d_output;
  }

  Matrix<S>& of_output(Index k) { return of_outputs_[static_cast<std::size_t>(k)]; }

  /// Hands down what layer k ≥ 1 asks of its input.
  void hand_down(Index k, Matrix<S>& asked) {
    switch (stack_.skip_) {
      case Skip::none:
        std::swap(of_output(k - 1), asked);
        return;
      case Skip::residual:
        of_sum_ += asked;
        of_output(k - 1) = of_sum_;
        return;
      case Skip::dense: {
        Index row = stack_.sizes().input;
        add_to_input(asked);
        for (Index j = 0; j < k; ++j) {
          const Index rows = stack_.layer(j).sizes().output;
          of_output(j) += asked.middleRows(row, rows);
          row += rows;
        }
      }
    }
  }

  /// ∂loss/∂x once the first layer has asked.
  void finish(Matrix<S>& asked) {
    if (of_input_.size() > 0) asked += of_input_;
  }

 private:
  void add_to_input(const Matrix<S>& asked) {
    const auto part = asked.topRows(stack_.sizes().input);
    if (of_input_.size() == 0) {
      of_input_ = part;
    } else {
      of_input_ += part;
    }
  }

  const Sequential& stack_;
  std::vector<Matrix<S>> of_outputs_;
  Matrix<S> of_sum_;    ///< residual: of z_k
  Matrix<S> of_input_;  ///< dense: of x, by the layers above the first
};

}  // namespace unrecur

#pragma once

#include <string>
#include <vector>

#include "theory/verify/balls/matrix_proofs.h"
#include "theory/verify/layer.h"

namespace unrecur::verify {

/// One step over balls: φ(s, x) and, where it is asked for, a ball matrix that holds ∂φ/∂s(s, x), for all states and
/// inputs of the balls. At a kink it holds every slope between those on its two sides, so φ(s, x) − φ(s', x) = J (s −
/// s') for some J of it. Where the layer does not fit the balls, the reason.
struct Step {
  std::vector<Ball> state{};
  BallMatrix jacobian{0, 0};
  std::string reason{};
};

enum class Derivative { no, yes };

/// For the kinds of cell (kind_proof.h).
Step step_of_sloped(const Layer& layer, const std::vector<Ball>& state, const std::vector<Ball>& input,
                    Derivative derivative);
Step step_of_lstm(const Layer& layer, const std::vector<Ball>& state, const std::vector<Ball>& input,
                  Derivative derivative);
Step step_of_gru(const Layer& layer, const std::vector<Ball>& state, const std::vector<Ball>& input,
                 Derivative derivative);

/// That of the layer's kind; a stack has none.
Step step_of(const Layer& layer, const std::vector<Ball>& state, const std::vector<Ball>& input, Derivative derivative);

/// Σ_k A_row,k v_k
inline Ball dot(const Matrix<double>& a, Index row, const std::vector<Ball>& v) {
  Ball sum;
  for (std::size_t k = 0; k < v.size(); ++k) sum += Ball(a(row, static_cast<Index>(k))) * v[k];
  return sum;
}

}  // namespace unrecur::verify

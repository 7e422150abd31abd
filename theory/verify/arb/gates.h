#pragma once

#include <optional>
#include <vector>

#include "theory/verify/arb/function.h"
#include "theory/verify/arb/parts.h"

namespace unrecur::verify {

/// The range of (A x)_row over low ≤ x ≤ high.
Range dot_range(const Matrix<double>& a, Index row, const Vector<double>& low, const Vector<double>& high);

/// The range of every row of U x over the inputs of the set, which has columns or a box; empty where they do not fit U.
std::vector<Range> input_ranges(const Matrix<double>& u, const Inputs& inputs);

/// The weights of a gated cell with `gates` blocks of rows, in PyTorch's order.
struct Gated {
  const Matrix<double>* recurrent;       // (gates n) × n
  const Matrix<double>* input;           // (gates n) × m
  const Matrix<double>* bias;            // (gates n) × 1
  const Matrix<double>* recurrent_bias;  // the same, or null
  Index n;
  std::vector<Range> vocabulary;      // the range of (U x)_row over the claim's columns; empty where it has none
  Function gates, candidate, output;  // σ, tanh of the candidate and tanh of c', or what stands in their places
  double cap = 1.0;                   // κ in f = κ σ(·), in (0, 1]; of kinds without one 1

  /// Whether the functions are the logistic one and tanh, and the forget gate has no cap.
  bool standard() const { return gates.is("sigmoid") && candidate.is("tanh") && output.is("tanh") && cap == 1.0; }
  /// Whether the row of R is zero: its gate does not see the state.
  bool idle(Index row) const { return (recurrent->row(row).array() == 0.0).all(); }
  /// Σ_k |R_row,k| v_k
  Ball reach(Index row, const std::vector<Ball>& v) const { return row_sum(*recurrent, row, v); }
  /// Σ_i |U_row,i| e_i; zero where e is empty.
  Ball push(Index row, const std::vector<Ball>& e) const { return row_sum(*input, row, e); }
  /// b_row, with the recurrent bias on request.
  Ball bias_of(Index row, bool with_recurrent_bias) const;
  /// The range of (U x + b)_row over the inputs, with the recurrent bias on request.
  Range drive(Index row, const Inputs& inputs, bool with_recurrent_bias) const;
};

/// Nothing where a matrix is missing or has another shape, a function is not known here, or a cap makes no sense.
std::optional<Gated> read_gated(const Layer& layer, Index gates);
/// Nothing also where the claim's inputs do not fit the layer. They have to be bounded, unless `anything` is allowed:
/// then drive() has no answer for a claim without bounds.
std::optional<Gated> read_gated(const Layer& layer, const Claim& claim, Index gates, bool anything = false);

/// ‖S R‖₂ < N for the claim's scales and N; false where sizes do not fit or a scale is negative.
bool scaled_norm_holds(const Gated& gated, const Claim& claim);

/// factor / S_row: how strongly the scaled row acts. Zero for idle rows; nothing where the row acts and has no scale.
std::optional<Ball> per_scale(const Gated& gated, const Claim& claim, Index row, const Ball& factor);

inline Range widened(const Range& range, const Ball& by) {
  return {range.low - by, range.high + by};
}

}  // namespace unrecur::verify

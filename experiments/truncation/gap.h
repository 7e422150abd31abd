#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/execution.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

/// Distances between a recurrent model and its truncations; entry k − 1 belongs to order k.
///
/// State gap ‖s_t − s_t^k‖ over the full state, output gap ‖f(h_t) − f(h_t^k)‖₂ before the link function, over all
/// steps t of all sequences. Measured in double: differences below about 1e−15 are rounding.
struct GapCurves {
  std::vector<double> state_max, state_mean;  ///< Euclidean norm
  std::vector<double> certified_max;          ///< the given norm; empty where none was given
  std::vector<double> output_max, output_mean;
  std::vector<double> loss;  ///< mean loss of the truncated model; empty where the sequences have no targets
  double full_loss = 0.0;
};

/// B_x: the largest ‖x_t‖₂ that the model's cell reads on these sequences.
double largest_input(const SequenceModel<double>& model, std::span<const Batch<double>> sequences);

/// Measures orders 1 … K on sequences given one by one (batches of one), in K sweeps each.
/// `norm` is evaluated on every difference of states where it is given. Throws Interrupted where a stop is asked for.
GapCurves measure_gap(const SequenceModel<double>& model, std::span<const Batch<double>> sequences, Index orders,
                      const std::function<double(const Vector<double>&)>& norm = {},
                      const ExecutionContext& execution = {});

/// The same for one recurrence along sequences of its inputs, m × T each; the output gap is that of h. No losses.
GapCurves measure_state_gap(const Cell<double>& cell, std::span<const Matrix<double>> sequences, Index orders,
                            const ExecutionContext& execution = {});

/// Geometric decay rate fitted by least squares to ln y against x = 1, 2, …, over the entries above `floor`;
/// nothing where fewer than three are.
std::optional<double> decay_rate(std::span<const double> y, double floor);

/// Smallest order from which on every entry is at most ε; nothing where the last one is not.
std::optional<Index> first_order_within(std::span<const double> y, double epsilon);

}  // namespace unrecur

#pragma once

#include <span>

#include "experiments/tasks/task.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

/// ‖∇_{x_t} p_τ‖₂ for t = τ − i, i = 0 … distance (rows), and each piece (columns); p_τ is the loss at the last step τ
/// of a piece that the model runs through from the zero state, x_t what its first layer reads at step t (the embedding
/// of a symbol). By one backward pass a piece, in double. Throws UsageError for pieces of different lengths, or shorter
/// than distance + 1. Memory: 32 pieces at a time.
Matrix<double> input_gradient_norms(const SequenceModel<double>& model, std::span<const Sequence> pieces,
                                    Index distance);

/// ∇_{x_t} p_τ for all steps t of the pieces of a batch, m × columns; p_τ is the loss at the last step of each. All
/// pieces have one length.
Matrix<double> last_loss_gradients(const SequenceModel<double>& model, const Batch<double>& batch);

}  // namespace unrecur

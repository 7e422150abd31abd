#pragma once

#include "models/sequence_model.h"

namespace unrecur {

/// One step of plain gradient descent, as large as this.
struct StepSize {
  double learning_rate = 0.1;
  double clip = 0.0;  ///< bound on the gradient's Euclidean norm over all weights; 0: none
  /// The decoder's learning rate over that of all other weights: a recurrence may bear less than the decoder does.
  double decoder_factor = 1.0;
};

/// w ← w − η min(1, c/‖g‖) g, ‖g‖ the Euclidean norm over all weights, η the learning rate, times the decoder's factor
/// for its weights. Only the embedding columns in the gradient are touched. Returns ‖g‖ before clipping.
double sgd_step(SequenceModel<float>& model, const Gradients<float>& gradients, const StepSize& size);

}  // namespace unrecur

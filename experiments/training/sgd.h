#pragma once

#include "models/sequence_model.h"

namespace unrecur {

/// w ← w − η min(1, c/‖g‖) g, ‖g‖ the Euclidean norm over all weights; c ≤ 0: no clipping.
/// Only the embedding columns in the gradient are touched. Returns ‖g‖ before clipping.
double sgd_step(SequenceModel<float>& model, const Gradients<float>& gradients, double learning_rate, double clip);

}  // namespace unrecur

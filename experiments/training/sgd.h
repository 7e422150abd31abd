#pragma once

#include "models/sequence/sequence_model.h"

namespace unrecur {

/// Learning rates of the parts around the recurrence over the recurrence's own: it may bear less than they do, and a
/// rare symbol's vector sees few gradients.
struct StepFactors {
  double embedding = 1.0;
  double decoder = 1.0;
};

/// One step of plain gradient descent, as large as this.
struct StepSize {
  double learning_rate = 0.1;
  double clip = 0.0;  ///< bound on the gradient's Euclidean norm over all weights; 0: none
  StepFactors factors{};
};

/// w ← w − η min(1, c/‖g‖) g, ‖g‖ the Euclidean norm over all weights, η the learning rate, times the factor of the
/// part that w belongs to. Only the embedding columns in the gradient are touched. Returns ‖g‖ before clipping.
double sgd_step(SequenceModel<float>& model, const Gradients<float>& gradients, const StepSize& size);

}  // namespace unrecur

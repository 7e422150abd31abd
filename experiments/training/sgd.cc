#include "experiments/training/sgd.h"

#include <cmath>

namespace unrecur {
namespace {

void descend(Parameters<float>& weights, const Parameters<float>& gradient, float step) {
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i].value.noalias() -= step * gradient[i].value;
}

}  // namespace

double sgd_step(SequenceModel<float>& model, const Gradients<float>& gradients, const StepSize& size) {
  const double norm = std::sqrt(gradients.squared_norm());
  const double shrink = size.clip > 0.0 && norm > size.clip ? size.clip / norm : 1.0;
  const float step = static_cast<float>(size.learning_rate * shrink);
  descend(model.cell().parameters(), gradients.cell, step);
  descend(model.decoder().parameters(), gradients.decoder, step * static_cast<float>(size.factors.decoder));
  const float embedding_step = step * static_cast<float>(size.factors.embedding);
  for (std::size_t i = 0; i < gradients.encoder.columns.size(); ++i) {
    model.encoder().col(gradients.encoder.columns[i]) -=
        embedding_step * gradients.encoder.values.col(static_cast<Index>(i));
  }
  return norm;
}

}  // namespace unrecur

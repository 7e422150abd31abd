#include "theory/stable_sets/layer_model.h"

#include <cmath>
#include <limits>

#include "theory/stable_sets/layer_matrices.h"

namespace unrecur {

InputBounds float_box(const InputSet& inputs, Index m) {
  constexpr float far = std::numeric_limits<float>::max();
  const auto down = [](double x) { return std::nextafter(static_cast<float>(x), -far); };
  const auto up = [](double x) { return std::nextafter(static_cast<float>(x), far); };
  if (inputs.bound()) {
    const Vector<float> high = Vector<float>::Constant(m, up(*inputs.bound()));
    return {-high, high};
  }
  if (inputs.low().size() == 0) return {};
  return {inputs.low().unaryExpr(down).cast<float>(), inputs.high().unaryExpr(up).cast<float>()};
}

SequenceModel<float> model_around(const RecurrentLayer& layer, const InputSet& inputs) {
  const auto cell = make_cell(layer);
  ModelSpec spec{.cell = cell->kind(),
                 .attributes = cell->attributes(),
                 .units = layer.recurrent.cols(),
                 .outputs = 1,
                 .loss = "squared"};
  const Matrix<double>& words = inputs.columns();
  if (words.size() > 0) {
    spec.symbols = words.cols();
    spec.embedding = words.rows();
    spec.window = inputs.window();
  } else {
    spec.frame = cell->shape().input;
  }
  SequenceModel<float> model(spec);
  if (words.size() > 0) model.encoder() = words.cast<float>();
  model.cell().parameters() = cast<float>(cell->parameters());
  return model;
}

RecurrentLayer with_weights_of(const SequenceModel<float>& model, const RecurrentLayer& layer) {
  RecurrentLayer moved = layer;
  for_each_matrix(moved, [&](const std::string& what, Matrix<double>& into) {
    const Matrix<float>* weight = find_parameter(model.cell().parameters(), what + "_l0");
    if (weight == nullptr || into.size() == 0) return;
    into = (into.cast<float>().array() == weight->array()).select(into, weight->cast<double>());
  });
  return moved;
}

}  // namespace unrecur

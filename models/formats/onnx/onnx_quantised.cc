#include "models/formats/onnx/onnx_quantised.h"

#include "models/formats/shared/finite.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur {
namespace {

/// (q − zero) scale of a stored array (directions, rows, columns), with one scale for each direction or each column.
std::optional<OnnxConstant> dequantised(const OnnxNode& node, std::size_t array, std::size_t scale, std::size_t zero,
                                        const OnnxScope& scope, OnnxFolder& folder) {
  const auto input = [&](std::size_t i) {
    return i < node.inputs.size() ? folder.value(scope, node.inputs[i]) : std::nullopt;
  };
  auto q = input(array);
  const auto s = input(scale), z = input(zero);
  if (!q || !s || !z || q->shape.size() != 3 || s->values.size() != z->values.size()) return std::nullopt;
  const auto columns = static_cast<std::size_t>(q->shape[2]), directions = static_cast<std::size_t>(q->shape[0]);
  const std::size_t count = s->values.size();
  if (columns == 0 || directions == 0 || (count != 1 && count != directions && count != directions * columns)) {
    return std::nullopt;
  }
  const std::size_t per_direction = q->values.size() / directions;
  for (std::size_t k = 0; k < q->values.size(); ++k) {
    const std::size_t direction = k / per_direction;
    const std::size_t at = count == 1 ? 0 : (count == directions ? direction : direction * columns + k % columns);
    q->values[k] = (q->values[k] - z->values[at]) * s->values[at];
  }
  return q;
}

}  // namespace

void add_onnx_quantised_lstm(const OnnxNode& node, const std::string& name, const OnnxScope& scope, OnnxFolder& folder,
                             RecurrentModel& model) {
  RecurrentLayer layer;
  layer.name = name;
  layer.direction = node.text("direction", "forward") == "reverse" ? "backward" : "forward";
  for (const std::size_t i : {std::size_t{2}, std::size_t{1}, std::size_t{3}}) {
    if (i < node.inputs.size() && !node.inputs[i].empty()) layer.sources.push_back(node.inputs[i]);
  }
  const auto recurrent = dequantised(node, 2, 10, 11, scope, folder);
  const bool fits = recurrent && recurrent->shape[1] > 0 && recurrent->shape[1] < (1 << 30) &&
                    recurrent->shape[2] == 4 * recurrent->shape[1];
  if (fits) {
    const Index n = static_cast<Index>(recurrent->shape[1]);
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix<double> stored = Eigen::Map<const Rows>(recurrent->values.data(), n, 4 * n);
    require_finite(stored, model.file, node.type + " node '" + layer.name + "', R");
    layer.recurrent = reorder_gates(stored.transpose(), {0, 2, 3, 1});
    layer.state_size = n;
  }
  set_not_understood(layer, "an LSTM that rounds its inputs and states to 8 bits at every step (" + node.type +
                                "): no cell here does; check the model from before it was quantised");
  model.layers.push_back(std::move(layer));
}

}  // namespace unrecur

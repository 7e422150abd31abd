#include "models/formats/keras/rl_tools_names.h"

#include "base/errors.h"
#include "models/formats/shared/shape.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur {
namespace {

constexpr std::string_view recurrent_end = "/weights_hidden/parameters";

RecurrentLayer gru_at(const std::string& group, const StoredTensor& recurrent, const std::string& type,
                      const std::vector<StoredTensor>& tensors, const std::string& file) {
  RecurrentLayer layer;
  layer.name = group;
  layer.cell = "gru";
  layer.attributes = {{"reset", "after"}};
  layer.sources = {recurrent.name};
  const bool shaped =
      recurrent.shape.size() == 2 && recurrent.shape[1] > 0 && recurrent.shape[0] == 3 * recurrent.shape[1];
  if (shaped) layer.state_size = static_cast<Index>(recurrent.shape[1]);
  const Index rows = 3 * layer.state_size;
  const bool good = shaped && type == "gru";
  if (good) layer.recurrent = load_matrix(recurrent, file);
  const auto read = [&](const char* name, auto load, Matrix<double>* into) {
    const StoredTensor* tensor = find_tensor(tensors, group + "/" + name + "/parameters");
    if (tensor == nullptr) return;
    layer.sources.push_back(tensor->name);
    if (good && into != nullptr) *into = load(*tensor);
  };
  const auto column = [&](const StoredTensor& t) { return load_column(t, file, rows); };
  read(
      "weights_input", [&](const StoredTensor& t) { return load_matrix(t, file, rows); }, &layer.input);
  read("biases_input", column, &layer.input_bias);
  read("biases_hidden", column, &layer.recurrent_bias);
  read("initial_hidden_state", column, nullptr);
  if (type != "gru") {
    set_not_understood(layer,
                       "a group of the type '" + type.substr(0, 40) + "' with recurrent weights: not a cell of ours");
  } else if (!shaped) {
    set_not_understood(layer, "expected recurrent weights of the shape [3n, n], found " + shape_text(recurrent.shape));
  }
  return layer;
}

}  // namespace

std::vector<RecurrentLayer> layers_by_rl_tools_names(const std::vector<StoredTensor>& tensors,
                                                     const std::map<std::string, std::string>& types,
                                                     const std::string& file) {
  std::vector<RecurrentLayer> layers;
  for (const StoredTensor& tensor : tensors) {
    if (!tensor.name.ends_with(recurrent_end)) continue;
    const std::string group = tensor.name.substr(0, tensor.name.size() - recurrent_end.size());
    const auto type = types.find(group);
    layers.push_back(gru_at(group, tensor, type == types.end() ? "" : type->second, tensors, file));
  }
  return layers;
}

}  // namespace unrecur

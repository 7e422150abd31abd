#include "models/formats/numpy/psychrnn.h"

namespace unrecur {
namespace {

/// A mask or a matrix of gains beside a weight: the weight that counts is their product. Absent: nothing changes.
void apply_mask(const char* name, Matrix<double>& weight, RecurrentModel& model, RecurrentLayer& layer) {
  const StoredTensor* tensor = find_tensor(model.tensors, name);
  if (tensor == nullptr) return;
  const Matrix<double> mask = load_matrix(*tensor, model.file, weight.rows(), weight.cols());
  const Matrix<double> masked = weight.cwiseProduct(mask);
  // Products of two floats are exact in double, those of two doubles need not be.
  weight = masked;
  layer.sources.push_back(name);
}

}  // namespace

void read_psychrnn(RecurrentModel& model) {
  const StoredTensor* recurrent = find_tensor(model.tensors, "W_rec");
  const StoredTensor* input = find_tensor(model.tensors, "W_in");
  if (recurrent == nullptr || input == nullptr) return;
  RecurrentLayer layer;
  layer.name = "rnn";
  layer.cell = "elman";
  layer.recurrent = load_matrix(*recurrent, model.file);
  layer.state_size = layer.recurrent.cols();
  layer.input = load_matrix(*input, model.file, layer.recurrent.rows());
  layer.sources = {"W_rec", "W_in"};
  apply_mask("rec_connectivity", layer.recurrent, model, layer);
  apply_mask("input_connectivity", layer.input, model, layer);
  // A number there means that units keep their sign: magnitudes of the weights times the signs of Dale_rec.
  const StoredTensor* signs = find_tensor(model.tensors, "Dale_rec");
  if (signs != nullptr && find_tensor(model.tensors, "dale_ratio") != nullptr) {
    const Index n = layer.state_size;
    layer.recurrent = layer.recurrent.cwiseAbs() * load_matrix(*signs, model.file, n, n).diagonal().asDiagonal();
    layer.sources.push_back("Dale_rec");
  }
  if (const StoredTensor* bias = find_tensor(model.tensors, "b_rec")) {
    layer.input_bias = load_column(*bias, model.file, layer.recurrent.rows());
    layer.sources.push_back("b_rec");
  }
  layer.attributes = {{"activation", "relu"}};
  layer.open = {"leak"};
  layer.conjugate = true;
  // Masks of weights that are not read, the map to the outputs, and where states begin.
  for (const StoredTensor& tensor : model.tensors) model.accounted.push_back(tensor.name);
  layer.note = "PsychRNN's state is x = W r + filtered input, r the state of this cell: both contract together";
  model.layers.push_back(std::move(layer));
}

}  // namespace unrecur

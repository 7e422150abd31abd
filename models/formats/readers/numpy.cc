#include <memory>
#include <set>

#include "base/errors.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/pytorch/pytorch_names.h"
#include "models/formats/safetensors/safetensors.h"
#include "models/formats/shared/model_reader.h"
#include "models/formats/shared/zip.h"

namespace unrecur::registry::readers {
namespace {

bool is_npy(std::span<const std::byte> content) {
  return as_text(content).starts_with("\x93NUMPY");
}

/// An archive whose first member is an array.
bool is_npz(std::span<const std::byte> content) {
  if (!is_zip(content) || content.size() < 30) return false;
  const auto length = static_cast<std::size_t>(content[26]) + 256 * static_cast<std::size_t>(content[27]);
  return as_text(content.subspan(30)).substr(0, length).ends_with(".npy");
}

bool numpy_recognises(std::span<const std::byte> content) {
  return is_npy(content) || is_npz(content);
}

StoredTensor tensor_of(const std::string& name, std::span<const std::byte> content, const std::string& file) {
  const std::string place = file + ": array '" + name + "'";
  auto array = std::make_shared<const NumpyArray>(parse_npy(content, place));
  return {name, array->shape, [array] { return array->values; }, [array, name] { return to_tensor(*array, name); }};
}

/// Whether the member holds pickled Python objects: those are skipped, never loaded.
bool holds_objects(std::span<const std::byte> content) {
  return as_text(content).substr(0, 256).find("'descr': '|O'") != std::string_view::npos;
}

void read_archive(std::span<const std::byte> content, RecurrentModel& model) {
  std::uint64_t left = unpack_limit(content.size());
  for (const ZipMember& member : parse_zip(content, model.file)) {
    if (!member.name.ends_with(".npy")) continue;
    const Bytes array = unpack(member, model.file, left);
    left -= array.size();
    if (holds_objects(array)) continue;
    model.tensors.push_back(tensor_of(member.name.substr(0, member.name.size() - 4), array, model.file));
  }
}

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

/// PsychRNN: x' = (1 - a) x + a (W f(x) + W_in u + b), with W = W_rec masked by rec_connectivity. The states r of our
/// elman cell, r' = (1 - a) r + a f(W r + s) with s' = (1 - a) s + a (W_in u + b), give x = W r + s: so the two maps
/// contract together.
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

void numpy_read(std::span<const std::byte> content, RecurrentModel& model) {
  if (is_npy(content)) {
    model.tensors.push_back(tensor_of("array", content, model.file));
    return;
  }
  read_archive(content, model);
  model.layers = layers_by_pytorch_names(model.tensors, model.file);
  if (model.layers.empty()) read_psychrnn(model);
}

}  // namespace

extern const ModelReader numpy;
const ModelReader numpy{"numpy", numpy_recognises, numpy_read};

}  // namespace unrecur::registry::readers

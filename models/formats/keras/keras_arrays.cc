#include "models/formats/keras/keras_arrays.h"

#include "base/errors.h"
#include "models/formats/keras/keras_names.h"
#include "models/formats/keras/rl_tools_names.h"

namespace unrecur {
namespace {

Matrix<double> matrix_of(const Hdf5Array& array, const std::string& file) {
  if (!array.problem.empty()) {
    throw FileError({file, "data set '" + array.path + "'", array.problem, "the file may be truncated"});
  }
  const Index rows = array.shape.empty() ? 1 : array.shape[0], cols = array.shape.size() < 2 ? 1 : array.shape[1];
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const Rows>(array.values.data(), rows, cols);
}

}  // namespace

void add_keras_arrays(const std::shared_ptr<const Hdf5Content>& content, RecurrentModel& model) {
  for (const Hdf5Array& array : content->arrays) {
    model.tensors.push_back(
        {array.path, array.shape, [content, &array, file = model.file] { return matrix_of(array, file); }});
  }
  model.layers = layers_by_keras_names(model.tensors, {content->model_config, content->keras_version}, model.file);
  for (RecurrentLayer& layer : layers_by_rl_tools_names(model.tensors, content->types, model.file)) {
    model.format = "rl-tools-hdf5";
    model.layers.push_back(std::move(layer));
  }
  // Layers that say they feed forward.
  for (const StoredTensor& tensor : model.tensors) {
    const std::size_t end = tensor.name.ends_with("/parameters") ? tensor.name.rfind('/', tensor.name.size() - 12) : 0;
    const auto type = content->types.find(tensor.name.substr(0, end));
    if (type != content->types.end() && type->second == "dense") model.accounted.push_back(tensor.name);
  }
}

}  // namespace unrecur

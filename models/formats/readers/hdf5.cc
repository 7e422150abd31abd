#include "models/formats/hdf5_file.h"

#include <memory>

#include "models/errors.h"
#include "models/formats/keras_names.h"
#include "models/formats/model_reader.h"

namespace unrecur::registry::readers {
namespace {

bool recognises(std::span<const std::byte> content) {
  return as_text(content).starts_with("\x89HDF\r\n\x1a\n");
}

Matrix<double> matrix_of(const Hdf5Array& array, const std::string& file) {
  if (!array.problem.empty()) {
    throw FileError({file, "data set '" + array.path + "'", array.problem, "the file may be truncated"});
  }
  const Index rows = array.shape.empty() ? 1 : array.shape[0], cols = array.shape.size() < 2 ? 1 : array.shape[1];
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const Rows>(array.values.data(), rows, cols);
}

void read(std::span<const std::byte> content, RecurrentModel& model) {
  const auto all = std::make_shared<const Hdf5Content>(read_hdf5(content, model.file));
  for (const Hdf5Array& array : all->arrays) {
    model.tensors.push_back(
        {array.path, array.shape, [all, &array, file = model.file] { return matrix_of(array, file); }});
  }
  model.layers = layers_by_keras_names(model.tensors, all->model_config, model.file);
}

}  // namespace

extern const ModelReader hdf5;
const ModelReader hdf5{"keras-hdf5", recognises, read};

}  // namespace unrecur::registry::readers

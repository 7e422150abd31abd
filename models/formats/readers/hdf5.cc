#include "models/formats/keras/hdf5_file.h"

#include <memory>

#include "models/formats/keras/keras_arrays.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur::registry::readers {
namespace {

bool hdf5_recognises(std::span<const std::byte> content) {
  return as_text(content).starts_with("\x89HDF\r\n\x1a\n");
}

void hdf5_read(std::span<const std::byte> content, RecurrentModel& model) {
  add_keras_arrays(std::make_shared<const Hdf5Content>(read_hdf5(content, model.file)), model);
}

}  // namespace

extern const ModelReader hdf5;
const ModelReader hdf5{"keras-hdf5", hdf5_recognises, hdf5_read};

}  // namespace unrecur::registry::readers

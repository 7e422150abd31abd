#pragma once

#include <memory>

#include "models/formats/keras/hdf5_file.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Puts the data sets of an HDF5 file into `model`, as its tensors and the recurrent layers that their paths name, in
/// the way of Keras or of rl-tools. The tensors share `content`. Throws FileError in the name of `model.file` for
/// shapes that do not fit and a malformed configuration; a data set with a problem throws when it is loaded.
void add_keras_arrays(const std::shared_ptr<const Hdf5Content>& content, RecurrentModel& model);

}  // namespace unrecur

#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/formats/arrays/array_view.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// What a program says of its arrays beside their names.
struct ArraysSource {
  std::string name = "arrays";  ///< what messages call them
  /// The activations of elman layers, by the module whose arrays begin with its name and a dot; "" for a model that is
  /// that module.
  std::map<std::string, std::string> activations{};
};

/// Arrays of a program as the model that a file with these arrays would be: the layers that their names tell of
/// (models/formats/pytorch/pytorch_names.h, models/formats/numpy/psychrnn.h), and layers that are not understood for
/// those that may carry a state besides. Where `source` says an activation, none is left open. Format "arrays"; the
/// SHA-256 is over names, types, shapes and elements, array by array in the order given.
///
/// Nothing is copied but what becomes weights of layers, in double. Throws FileError in the name of the source for two
/// arrays of one name and as the readers of files do. Costs a pass over all elements.
RecurrentModel model_of_arrays(const std::vector<ArrayView>& arrays, const ArraysSource& source = {});

}  // namespace unrecur

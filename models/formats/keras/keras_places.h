#pragma once

#include <string>
#include <vector>

#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// Where the arrays of a recurrent layer of Keras lie.
struct KerasPlace {
  std::string folder;   ///< whose parts say which layer it is, from the outside to the inside
  std::string layer{};  ///< what the names of the arrays themselves say of it (Keras 1)
  std::string cell{};   ///< the folder that holds this cell's arrays and no others; empty: one that holds more
  /// Names of the arrays: one each, or one for each gate.
  std::vector<std::string> recurrent, kernel{}, bias{};
  bool by_class = false;  ///< the folder's parts are Keras 3's names by class
  bool sure = true;       ///< the names alone say that it is recurrent
};

/// The recurrent kernels among the tensors, in their order, with what lies beside them.
std::vector<KerasPlace> keras_places(const std::vector<StoredTensor>& tensors);

/// Whether a folder's name is that of the cell in a layer: cell, lstm_cell, gru_cell_3, …
bool names_keras_cell(const std::string& part);

}  // namespace unrecur

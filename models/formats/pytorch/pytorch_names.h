#pragma once

#include <string>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// The recurrent layers among tensors that bear PyTorch's names: MODULE.weight_hh, weight_ih, bias_hh, bias_ih, with
/// _l0, _l1, … and _reverse where the module has layers and directions. The layer is called MODULE, MODULE.l0,
/// MODULE.l0.reverse.
///
/// The kind follows from the rows of weight_hh over its columns: 4 lstm, 3 gru (PyTorch's: reset after), 1 elman, whose
/// activation the names leave open. Throws FileError for shapes that do not fit and numbers that are not finite.
std::vector<RecurrentLayer> layers_by_pytorch_names(const std::vector<StoredTensor>& tensors, const std::string& file);

}  // namespace unrecur

#pragma once

#include <string>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// The recurrent layers among tensors named as PyTorch's modules name them: PREFIX.weight_hh_l0 (RNN, LSTM, GRU and
/// their Cells, for which _l0 is absent), beside weight_ih, bias_ih and bias_hh; _reverse is the backward direction.
/// Also after those names: enc_w_hh, enc_W_hh. The number of rows says the kind: n is an elman layer (whose activation
/// stays open), 3n a gru, 4n an lstm. Weights that a wrapper makes of other arrays are computed (effective_weights.h).
///
/// Not understood: weights of another shape, projections (weight_hr), reparametrisations that are not known, and layers
/// whose module holds more than such a layer has (normalisation, peepholes, a leak), for then the map is another one.
/// Throws FileError for numbers that are not finite or cannot be read.
std::vector<RecurrentLayer> layers_by_pytorch_names(const std::vector<StoredTensor>& tensors, const std::string& file);

}  // namespace unrecur

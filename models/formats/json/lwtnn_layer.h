#pragma once

// Needs nlohmann-json, so only source files include it.

#include <nlohmann/json.hpp>
#include <string>

#include "models/formats/shared/recurrent_layer.h"

namespace unrecur {

/// A layer of lwtnn, the format that ATLAS carries networks in: `architecture` lstm or gru and for each gate, under
/// `components`, lists of numbers U (n × n), weights (n × m) and bias (n), matrices by rows, acting on a column. Gates
/// i, f, c, o and z, r, h as Keras names them; a gru has its reset before the product. `place` is the layer's name and
/// place. Throws FileError for lists that are missing or do not fit.
RecurrentLayer read_lwtnn_layer(const nlohmann::json& layer, const std::string& place, const std::string& file);

}  // namespace unrecur

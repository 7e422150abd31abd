#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// The vectors of an embedding that lies in a model file as a tensor of shape [symbols, m], one symbol a column; exact
/// in double. Throws UsageError where the file has no tensor of that name (and names those that could be meant), or m
/// is another; FileError where its numbers are not finite.
Matrix<double> embedding_in(const RecurrentModel& model, const std::string& tensor, Index m);

/// Whether the file has a tensor of that name and of shape [symbols, m].
bool has_embedding(const RecurrentModel& model, std::string_view tensor, Index m);

/// The tensor that its name and shape tell to be the embedding whose vectors the layer reads; nothing where there is
/// none, or more than one.
std::optional<std::string> likely_embedding(const RecurrentModel& model, const RecurrentLayer& layer);

}  // namespace unrecur

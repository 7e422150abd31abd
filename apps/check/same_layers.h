#pragma once

#include <filesystem>
#include <string>

#include "models/formats/layer_choice.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Compares the layers of a model with those of another file, prints for each pair whether they are one map and in what
/// they differ (as JSON, schema unrecur.same/1, where asked), and returns the exit code: 0 all the same, 10 some
/// differ, 11 some are not understood and no others differ. The choice is of the layers of both.
int print_same_layers(const RecurrentModel& model, const std::filesystem::path& other, const LayerChoice& choice,
                      bool json);

}  // namespace unrecur

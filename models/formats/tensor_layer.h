#pragma once

#include <string>

#include "models/formats/layer_choice.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Whether `name` is `whole`, or a run of its parts between dots (or slashes) at one of its ends.
bool is_name_of(const std::string& name, const std::string& whole);

/// The tensor that a name means: in full, by an end or a beginning of it, the weight of a module. Null where there is
/// none; throws OptionError where there are several.
const StoredTensor* tensor_called(const RecurrentModel& model, const std::string& name);

/// A layer of that matrix alone, of the kind that is chosen. Throws OptionError and UsageError where it is none of that
/// kind, FileError where it cannot be read.
RecurrentLayer layer_from_tensor(const StoredTensor& tensor, const LayerChoice& choice, const RecurrentModel& model);

}  // namespace unrecur

#pragma once

#include <optional>
#include <string>

#include "models/formats/pytorch/pickle.h"
#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// Whether the value is a NumPy array as pickles of any protocol rebuild it.
bool is_pickled_numpy(const PickledValue& value);

/// The array, its bytes copied out of the pickle and its numbers decoded when asked, as parse_npy does; nothing for
/// arrays of Python objects and of records. Throws FileError for a description that makes no sense.
std::optional<StoredTensor> pickled_numpy(const PickledValue& value, const std::string& name, const std::string& file);

}  // namespace unrecur

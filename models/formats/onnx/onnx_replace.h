#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/file_bytes.h"
#include "models/formats/shared/recurrent_layer.h"

namespace unrecur {

/// The ONNX file with other numbers in its recurrent layers: `layers` are all of those that the reader finds in
/// `content`, in its order, with the weights that are wanted. Every number is followed through the operations that
/// compute it (Slice, Concat, Transpose, Unsqueeze, …) to the place where the file stores it, and is replaced there;
/// the file changes nowhere else and keeps its size. So whatever else the model computes of these numbers changes with
/// them.
///
/// Throws UsageError that names the layer where this cannot be done: a number that must change is no 32 or 64 bit float
/// of the file, one number of the file would need two values, or 32 bits do not hold the new value; and where the
/// layers are not those of the file. Throws FileError as the reader does. Cost: two readings.
Bytes replace_onnx_weights(std::span<const std::byte> content, const std::string& file,
                           const std::vector<RecurrentLayer>& layers);

}  // namespace unrecur

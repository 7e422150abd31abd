#pragma once

#include <filesystem>

#include "base/file_bytes.h"
#include "experiments/twins/fit.h"

namespace unrecur {

/// How a twin is called.
enum class TwinForm {
  windowed,   ///< all steps at once: x [steps, m] → y [steps, p]
  streaming,  ///< step by step: x [batch, m] and cache → y [batch, p] and next_cache; zeros at first
};

/// The twin as an ONNX model of standard operators (opset 17) in 32 bit floats. A truncation is unrolled, k copies of
/// the cell's step over one set of weights; its cache holds the last k − 1 inputs, each with a one behind it that says
/// that there was an input, so that the first outputs are those of the shorter windows that there are. Throws
/// UsageError for kinds of cells that OnnxCell does not know.
Bytes format_twin_onnx(const TwinTeacher& teacher, const FittedTwin& twin, TwinForm form);

/// The twin as a safetensors file: format = unrecur.twin/1, family and order in its metadata; tensors weight (A),
/// quadratic and bias of fitted families (experiments/twins/window_model.h), the cell's parameters under their names
/// behind "cell." of truncations, with what the map is (cell.kind, cell.NAME) in the metadata, and head.weight and
/// head.bias.
Bytes format_twin_tensors(const TwinTeacher& teacher, const FittedTwin& twin);

/// Writes the twin under the name: one file where it ends in .safetensors, .onnx (windowed) or .stream.onnx; all three,
/// with these endings added, where it ends otherwise. Returns their names. Throws ResourceError as write_atomically
/// does.
std::vector<std::filesystem::path> write_twin(const std::filesystem::path& name, const TwinTeacher& teacher,
                                              const FittedTwin& twin);

}  // namespace unrecur

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/formats/layer_choice.h"
#include "models/formats/shared/model_reader.h"
#include "theory/stable_sets/project_layer.h"

namespace unrecur {

/// How projected layers are written, by the end of the name of the file.
enum class ProjectedFormat { safetensors, npz, npy, onnx };
/// Throws OptionError (output) for a name that ends otherwise, and for .onnx where the model is of another format.
ProjectedFormat projected_format(const std::filesystem::path& out, const RecurrentModel& model);

/// A written file, as it reads back.
struct ProjectedFile {
  RecurrentModel model;
  std::vector<RecurrentLayer> layers;  ///< the projected ones, in the order given, with nothing open
  std::vector<std::string> left_out;   ///< arrays of the model that the new file lacks
  std::vector<LayerChoice> unsaid;     ///< for each layer what the file does not say of it; mostly nothing
};

/// Writes the model with the projected layers in place, in one step. Before that the new file is read: every weight of
/// these layers must be what it should be, bit by bit.
///
/// safetensors: our own model format for a model of ours; else all arrays of the model with the layers' replaced, or
/// added under PyTorch's names, and a description of the layers (models/formats/layer_file.h). npz: the same without a
/// description. npy: the recurrent matrix of one layer that has nothing else. onnx: the same file with other numbers
/// (models/formats/onnx/onnx_replace.h). Throws UsageError where the format cannot say what the layers are,
/// ResourceError where writing fails.
ProjectedFile write_projected(const std::filesystem::path& out, const RecurrentModel& model,
                              const std::vector<ProjectedLayer>& layers);

}  // namespace unrecur

#include "theory/projected/projected_file.h"

#include <algorithm>

#include "base/errors.h"
#include "models/formats/layer_file.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/onnx/onnx_replace.h"
#include "models/formats/read_model.h"
#include "models/formats/safetensors/model_file.h"

namespace unrecur {
namespace {

using Path = std::filesystem::path;

std::vector<RecurrentLayer> sides(const std::vector<ProjectedLayer>& layers, RecurrentLayer ProjectedLayer::*side) {
  std::vector<RecurrentLayer> result;
  for (const ProjectedLayer& layer : layers) result.push_back(layer.*side);
  return result;
}

/// Our own model with the weights of its layer replaced.
void write_own(const Path& out, const RecurrentModel& model, const RecurrentLayer& layer) {
  SequenceModel<float> changed = *model.sequence;
  changed.cell().parameters() = cast<float>(make_cell(layer)->parameters());
  save_model(out, changed);
}

Bytes npy_of(const std::vector<ProjectedLayer>& layers) {
  const RecurrentLayer& layer = layers.front().after;
  if (layers.size() != 1) throw OptionError("layer", "a .npy file holds one matrix: choose one layer");
  if (layer.input.size() > 0 || layer.input_bias.size() > 0 || layer.recurrent_bias.size() > 0) {
    throw UsageError("layer '" + layer.name +
                     "' has input weights or biases, and a .npy file holds one matrix: write "
                     "OUT.npz or OUT.safetensors");
  }
  return format_npy(layer.recurrent);
}

Bytes npz_of(const ChangedModel& changed, std::vector<std::string>& left_out) {
  std::vector<Tensor> tensors;
  for (const Tensor& tensor : changed.file.tensors) {
    if (has_npy_type(tensor.dtype)) {
      tensors.push_back(tensor);
    } else {
      left_out.push_back(tensor.name);
    }
  }
  return format_npz(tensors);
}

/// All layers of the ONNX file, in its order, with the projected ones in place.
Bytes onnx_of(const RecurrentModel& model, const std::vector<ProjectedLayer>& projected) {
  std::vector<RecurrentLayer> layers = model.layers;
  for (const ProjectedLayer& p : projected) {
    const auto found = std::find_if(layers.begin(), layers.end(), [&](const RecurrentLayer& l) {
      return l.name == p.after.name && l.sources == p.after.sources && l.direction == p.after.direction;
    });
    if (found == layers.end()) {
      throw UsageError("'" + p.after.name +
                       "' is no recurrent node of the model, so the ONNX file cannot be written "
                       "with other numbers in it: write OUT.safetensors");
    }
    *found = p.after;
  }
  return replace_onnx_weights(read_file(model.file), model.file, layers);
}

/// The layer of the written file that was made of this recurrent tensor.
RecurrentLayer find_again(const RecurrentModel& model, const RecurrentLayer& written, const std::string& recurrent) {
  for (const RecurrentLayer& layer : model.layers) {
    const bool same_node = layer.direction == written.direction && layer.name == written.name;
    if (!layer.sources.empty() && layer.sources.front() == recurrent && (same_node || model.format != "onnx")) {
      return layer;
    }
  }
  // A matrix alone is no layer to a reader.
  RecurrentLayer layer = written;
  const StoredTensor* tensor = find_tensor(model.tensors, recurrent);
  layer.recurrent = tensor == nullptr ? Matrix<double>() : load_matrix(*tensor, model.file);
  return layer;
}

/// Finds the layers in what the written file reads back as. What its format leaves open is taken from what was written.
void find_layers(const std::vector<ProjectedLayer>& layers, const std::vector<std::string>& recurrent,
                 ProjectedFile& file) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const RecurrentLayer& written = layers[i].after;
    RecurrentLayer read = find_again(file.model, written, recurrent[i]);
    if (!read.whole) {
      read.cell = written.cell;
      read.attributes = written.attributes;
      read.open.clear();
    }
    const auto cell = make_cell(read), expected = make_cell(written);
    bool same =
        cell->attributes() == expected->attributes() && cell->parameters().size() == expected->parameters().size();
    for (std::size_t k = 0; same && k < cell->parameters().size(); ++k) {
      const Matrix<double>&a = cell->parameters()[k].value, &b = expected->parameters()[k].value;
      same = a.rows() == b.rows() && a.cols() == b.cols() && a == b;
    }
    if (!same) {
      throw UsageError("layer '" + written.name + "': " + file.model.file +
                       " would not read back as it is written, since more than its arrays makes the layer there: write "
                       "OUT.safetensors, which describes it");
    }
    file.layers.push_back(std::move(read));
  }
}

/// The file, the name of each layer's recurrent tensor in it, and what it does not say.
Bytes bytes_of(ProjectedFormat format, const RecurrentModel& model, const std::vector<ProjectedLayer>& layers,
               std::vector<std::string>& recurrent, ProjectedFile& file) {
  if (format == ProjectedFormat::onnx) {
    for (const ProjectedLayer& layer : layers) recurrent.push_back(layer.after.sources.front());
    return onnx_of(model, layers);
  }
  if (format == ProjectedFormat::npy) {
    Bytes bytes = npy_of(layers);
    const RecurrentLayer& layer = layers[0].after;
    recurrent = {"array"};
    if (layer.cell == "elman") file.unsaid[0] = convention_choice(layer);
    file.unsaid[0].kind = layer.cell;
    return bytes;
  }
  ChangedModel changed =
      change_layers(model, sides(layers, &ProjectedLayer::before), sides(layers, &ProjectedLayer::after));
  file.left_out = changed.left_out;
  recurrent = changed.recurrent;
  if (format == ProjectedFormat::safetensors) return format_safetensors(changed.file);
  for (std::size_t i = 0; i < layers.size(); ++i) file.unsaid[i] = convention_choice(layers[i].after);
  return npz_of(changed, file.left_out);
}

}  // namespace

ProjectedFormat projected_format(const Path& out, const RecurrentModel& model) {
  const std::string end = out.extension().string();
  if (end == ".safetensors") return ProjectedFormat::safetensors;
  if (end == ".npz") return ProjectedFormat::npz;
  if (end == ".npy") return ProjectedFormat::npy;
  if (end != ".onnx") {
    throw OptionError("output", out.string() +
                                    ": its name says the format; expected one that ends in .safetensors, "
                                    ".npz, .npy or .onnx");
  }
  if (model.format != "onnx") {
    throw OptionError("output", out.string() + ": only an ONNX model is written as ONNX, and " + model.file + " is " +
                                    model.format + ": write OUT.safetensors");
  }
  return ProjectedFormat::onnx;
}

ProjectedFile write_projected(const Path& out, const RecurrentModel& model, const std::vector<ProjectedLayer>& layers) {
  const ProjectedFormat format = projected_format(out, model);
  ProjectedFile file;
  file.unsaid.resize(layers.size());
  if (model.sequence && format == ProjectedFormat::safetensors) {
    write_own(out, model, layers.at(0).after);
    file.model = read_model(out);
    find_layers(layers, {"rnn.weight_hh_l0"}, file);
    return file;
  }
  std::vector<std::string> recurrent;
  const Bytes bytes = bytes_of(format, model, layers, recurrent, file);
  file.model = parse_recurrent_model(bytes, out.string());
  find_layers(layers, recurrent, file);
  write_atomically(out, bytes);
  return file;
}

}  // namespace unrecur

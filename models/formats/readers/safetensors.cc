#include "models/formats/safetensors/safetensors.h"

#include <bit>
#include <memory>

#include "base/byte_order.h"
#include "models/formats/json/described_layers.h"
#include "models/formats/pytorch/pytorch_names.h"
#include "models/formats/safetensors/model_file.h"
#include "models/formats/shared/model_reader.h"
#include "models/layers/cell_registry.h"
#include "models/sequence/sequence_model.h"

namespace unrecur::registry::readers {
namespace {

/// Eight bytes of header length, then a JSON object.
bool safetensors_recognises(std::span<const std::byte> content) {
  if (content.size() < 9) return false;
  const auto length = load<std::uint64_t>(content.data(), std::endian::little);
  return length >= 2 && length < (std::uint64_t{1} << 40) && content[8] == std::byte{'{'};
}

void read_own(const TensorFile& file, RecurrentModel& model) {
  auto sequence = std::make_shared<const SequenceModel<float>>(parse_model(file));
  RecurrentLayer layer;
  layer.name = "rnn";
  layer.state_size = sequence->spec().layers * sequence->spec().units;
  if (sequence->layers().recurrence() == nullptr) {
    layer.cell = "unknown";
    layer.obstacle = "layers of kind '" + sequence->spec().cell + "' are no recurrence";
    model.layers.push_back(std::move(layer));
    model.sequence = std::move(sequence);
    return;
  }
  layer.whole = cast_cell<double>(sequence->cell());
  layer.cell = layer.whole->kind();
  layer.attributes = layer.whole->attributes();
  for (const auto& p : layer.whole->parameters()) layer.sources.push_back("rnn." + p.name);
  model.layers.push_back(std::move(layer));
  model.sequence = std::move(sequence);
}

void safetensors_read(std::span<const std::byte> content, RecurrentModel& model) {
  const auto file = std::make_shared<const TensorFile>(parse_safetensors(content, model.file));
  for (const Tensor& tensor : file->tensors) {
    model.tensors.push_back({tensor.name, tensor.shape,
                             [file, &tensor] { return tensor_to_matrix<double>(tensor, file->file); },
                             [file, &tensor] { return tensor; }});
  }
  if (is_own_model(*file)) {
    read_own(*file, model);
  } else {
    model.layers = layers_by_pytorch_names(model.tensors, model.file);
    model.metadata = file->metadata;
    read_described_layers(model);
  }
}

}  // namespace

extern const ModelReader safetensors;
const ModelReader safetensors{"safetensors", safetensors_recognises, safetensors_read};

}  // namespace unrecur::registry::readers

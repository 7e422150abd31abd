#include "base/errors.h"
#include "models/formats/onnx/onnx_external.h"
#include "models/formats/onnx/onnx_layers.h"
#include "models/formats/onnx/wire.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur::registry::readers {
namespace {

/// A protocol buffer that begins with the version of ONNX's representation and comes to a graph.
bool onnx_recognises(std::span<const std::byte> content) {
  if (content.size() < 4 || content[0] != std::byte{0x08} || content[1] > std::byte{0x20}) return false;
  const std::string name;
  try {
    for (Wire field(content, name); field.next();) {
      if (field.number() == 7) return field.is_bytes();
      if (field.number() > 25) return false;
    }
  } catch (const FileError&) {
    // Truncated inside the graph, perhaps: then it still is one of these, and reading it says where it ends.
    return as_text(content).find("onnx") != std::string_view::npos;
  }
  return false;
}

void onnx_read(std::span<const std::byte> content, RecurrentModel& model) {
  OnnxFolder folder(model.file, content.size() + onnx_external_size(content, model.file));
  read_onnx_layers(content, folder, model);
}

}  // namespace

extern const ModelReader onnx;
const ModelReader onnx{"onnx", onnx_recognises, onnx_read, true};

}  // namespace unrecur::registry::readers

#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "base/errors.h"
#include "models/formats/shared/model_reader.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur::fuzz {

/// Of the layers cells can be made; the tensors can be loaded or are refused. Throws FileError where a layer is not
/// consistent.
inline void use(const RecurrentModel& model) {
  for (const RecurrentLayer& layer : model.layers) {
    require_consistent(layer, "fuzz");
    if (layer.whole || (layer.obstacle.empty() && layer.open.empty())) make_cell(layer);
  }
  for (const StoredTensor& tensor : model.tensors) {
    try {
      load_matrix(tensor, "fuzz");
    } catch (const FileError&) {
    }
  }
}

/// Whatever the bytes: the reader of that name refuses them with a FileError, or gives a model that can be used.
inline void read_as(std::string_view reader_name, const std::uint8_t* data, std::size_t size) {
  const auto content = std::as_bytes(std::span(data, size));
  for (const ModelReader* reader : registry::readers::all()) {
    if (reader->name != reader_name) continue;
    reader->recognises(content);
    try {
      RecurrentModel model{"fuzz", std::string(reader->name), {}, {}};
      reader->read(content, model);
      if (!reader->follows_arrays && !model.sequence) add_unread_layers(model);
      use(model);
    } catch (const FileError&) {
    }
    return;
  }
  std::abort();  // no reader of that name
}

}  // namespace unrecur::fuzz

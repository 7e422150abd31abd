#include "models/formats/read_model.h"

#include <utility>

#include "base/errors.h"
#include "base/named.h"
#include "base/sha256.h"
#include "models/formats/foreign_format.h"
#include "models/formats/model_folder.h"
#include "models/formats/shared/tensor.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur {
namespace {

const ModelReader& reader_for(std::span<const std::byte> content, const std::string& file) {
  std::vector<std::string_view> known;
  for (const ModelReader* reader : registry::readers::all()) {
    if (reader->recognises(content)) return *reader;
    known.push_back(reader->name);
  }
  const ForeignFormat foreign = foreign_format(content);
  if (!foreign.what.empty()) {
    throw FileError({file, "", "expected a model file of a known format, found " + foreign.what, foreign.remedy});
  }
  throw FileError({file, "byte 0", "expected a model file of a known format, found something else",
                   "known are " + join_names(known)});
}

}  // namespace

RecurrentModel parse_recurrent_model(Bytes content, const std::string& file) {
  const auto held = std::make_shared<const Bytes>(std::move(content));
  const ModelReader& reader = reader_for(*held, file);
  RecurrentModel model{file, std::string(reader.name), sha256(*held), {}};
  reader.read(*held, model);
  if (!reader.follows_arrays && !model.sequence) add_unread_layers(model);
  for (const RecurrentLayer& layer : model.layers) require_consistent(layer, file);
  // The tensors read from the content when asked.
  for (StoredTensor& tensor : model.tensors) {
    tensor.load = [held, load = std::move(tensor.load)] { return load(); };
    if (tensor.raw) tensor.raw = [held, raw = std::move(tensor.raw)] { return raw(); };
  }
  return model;
}

RecurrentModel read_model(const std::filesystem::path& path) {
  if (is_model_folder(path)) return read_model_folder(path);
  return parse_recurrent_model(read_file(path), path.string());
}

}  // namespace unrecur

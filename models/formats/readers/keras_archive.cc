#include <memory>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "models/formats/json/nested_json.h"
#include "models/formats/keras/hdf5_file.h"
#include "models/formats/keras/keras_arrays.h"
#include "models/formats/shared/model_reader.h"
#include "models/formats/shared/zip.h"

namespace unrecur::registry::readers {
namespace {

bool keras_archive_recognises(std::span<const std::byte> content) {
  return is_zip(content) && as_text(content).find("model.weights.h5") != std::string_view::npos;
}

/// {"keras_version": "3.8.0", …}; nothing is refused for want of it.
std::string version_in(const std::string& metadata) {
  const auto parsed = nlohmann::json::parse(metadata, nullptr, false);
  if (!parsed.is_object()) return {};
  const auto version = parsed.find("keras_version");
  return version != parsed.end() && version->is_string() ? version->get<std::string>() : std::string();
}

/// What keras.Model.save writes: config.json, metadata.json and the weights in an HDF5 file without a configuration.
void keras_archive_read(std::span<const std::byte> content, RecurrentModel& model) {
  const std::vector<ZipMember> members = parse_zip(content, model.file);
  std::uint64_t left = unpack_limit(content.size());
  const auto text = [&](const char* name) {
    const ZipMember* member = find_member(members, name);
    if (member == nullptr) return std::string();
    const Bytes bytes = unpack(*member, model.file, left);
    left -= bytes.size();
    return std::string(as_text(bytes));
  };
  const ZipMember* weights = find_member(members, "model.weights.h5");
  if (weights == nullptr) {
    throw FileError(
        {model.file, "", "expected a member model.weights.h5, found none", "save the model again by Keras"});
  }
  constexpr std::size_t largest_metadata = 4096;
  const std::string config = text("config.json"), metadata = text("metadata.json");
  auto held = std::make_shared<Hdf5Content>(read_hdf5(unpack(*weights, model.file, left), model.file));
  held->model_config = config;
  held->keras_version = metadata.size() < largest_metadata ? version_in(metadata) : "";
  add_keras_arrays(held, model);
}

}  // namespace

extern const ModelReader keras_archive;
const ModelReader keras_archive{"keras", keras_archive_recognises, keras_archive_read};

}  // namespace unrecur::registry::readers

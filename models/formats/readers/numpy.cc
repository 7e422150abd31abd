#include <memory>

#include "base/errors.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/numpy/psychrnn.h"
#include "models/formats/pytorch/pytorch_names.h"
#include "models/formats/safetensors/safetensors.h"
#include "models/formats/shared/model_reader.h"
#include "models/formats/shared/zip.h"

namespace unrecur::registry::readers {
namespace {

bool is_npy(std::span<const std::byte> content) {
  return as_text(content).starts_with("\x93NUMPY");
}

/// An archive whose first member is an array.
bool is_npz(std::span<const std::byte> content) {
  if (!is_zip(content) || content.size() < 30) return false;
  const auto length = static_cast<std::size_t>(content[26]) + 256 * static_cast<std::size_t>(content[27]);
  return as_text(content.subspan(30)).substr(0, length).ends_with(".npy");
}

bool numpy_recognises(std::span<const std::byte> content) {
  return is_npy(content) || is_npz(content);
}

StoredTensor tensor_of(const std::string& name, std::span<const std::byte> content, const std::string& file) {
  const std::string place = file + ": array '" + name + "'";
  auto array = std::make_shared<const NumpyArray>(parse_npy(content, place));
  return {name, array->shape, [array] { return array->values; }, [array, name] { return to_tensor(*array, name); }};
}

/// Whether the member holds pickled Python objects: those are skipped, never loaded.
bool holds_objects(std::span<const std::byte> content) {
  return as_text(content).substr(0, 256).find("'descr': '|O'") != std::string_view::npos;
}

void read_archive(std::span<const std::byte> content, RecurrentModel& model) {
  std::uint64_t left = unpack_limit(content.size());
  for (const ZipMember& member : parse_zip(content, model.file)) {
    if (!member.name.ends_with(".npy")) continue;
    const Bytes array = unpack(member, model.file, left);
    left -= array.size();
    if (holds_objects(array)) continue;
    model.tensors.push_back(tensor_of(member.name.substr(0, member.name.size() - 4), array, model.file));
  }
}

void numpy_read(std::span<const std::byte> content, RecurrentModel& model) {
  if (is_npy(content)) {
    model.tensors.push_back(tensor_of("array", content, model.file));
    return;
  }
  read_archive(content, model);
  model.layers = layers_by_pytorch_names(model.tensors, model.file);
  if (model.layers.empty()) read_psychrnn(model);
}

}  // namespace

extern const ModelReader numpy;
const ModelReader numpy{"numpy", numpy_recognises, numpy_read};

}  // namespace unrecur::registry::readers

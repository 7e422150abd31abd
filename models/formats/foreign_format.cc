#include "models/formats/foreign_format.h"

#include "base/errors.h"
#include "models/formats/shared/zip.h"

namespace unrecur {
namespace {

constexpr const char* export_it = "export it to ONNX or Keras";

std::string zip_members(std::span<const std::byte> content) {
  constexpr std::size_t most = 4;
  std::string names;
  try {
    const auto members = parse_zip(content, "");
    for (std::size_t i = 0; i < members.size() && i < most; ++i) {
      names += (i == 0 ? "" : ", ") + members[i].name.substr(0, 60);
    }
    if (members.size() > most) names += ", ...";
  } catch (const FileError&) {
    return "a zip archive that is damaged";
  }
  return "a zip archive of " + names;
}

bool holds(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

/// Words of a TensorFlow graph among the first bytes: the operators that every one begins with.
bool is_tensorflow_graph(std::string_view text) {
  return text.starts_with('\x0a') && holds(text, "dtype") && (holds(text, "Placeholder") || holds(text, "Const"));
}

}  // namespace

ForeignFormat foreign_format(std::span<const std::byte> content) {
  const std::string_view text = as_text(content);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const std::string_view words = first == text.npos ? "" : text.substr(first);
  if (text.starts_with("version https://git-lfs")) {
    return {"a pointer of Git LFS in the place of the file", "fetch the file itself with git lfs pull"};
  }
  if (words.starts_with("<!DOCTYPE html") || words.starts_with("<html")) {
    return {"a web page", "download the file itself"};
  }
  if (text.size() > 8 && text.substr(4, 4) == "TFL3") return {"a TensorFlow Lite model", export_it};
  if (text.starts_with("\x08\x01\x12") && holds(text, "saved_model")) return {"a TensorFlow SavedModel", export_it};
  if (is_tensorflow_graph(text)) return {"a TensorFlow graph", export_it};
  if (text.ends_with("\x57\xfb\x80\x8b\x24\x75\x47\xdb")) {
    return {"the index of a TensorFlow checkpoint", "load it in TensorFlow and save the model by Keras"};
  }
  if (text.starts_with("\x1f\x8b")) return {"a gzip file", "unpack it first"};
  if (text.starts_with("BZh") || text.starts_with("\xfd"
                                                  "7zXZ"))
    return {"a compressed file", "unpack it first"};
  if (text.size() > 262 && text.substr(257, 5) == "ustar") {
    return {"a tar archive", "unpack it and check the file of weights in it"};
  }
  if (text.starts_with("GGUF")) return {"a GGUF file", "check the model that it was converted from"};
  if (text.starts_with("MATLAB 5.0")) return {"a MATLAB file", "export the network to ONNX"};
  if (words.starts_with("<?xml") && holds(words, "<net ")) return {"an OpenVINO model", export_it};
  if (text.starts_with("\x81\xa6params") || text.starts_with("\x82\xa6params")) {
    return {"a msgpack file of Flax", "save its parameters as safetensors or .npz"};
  }
  if (is_zip(content)) return {zip_members(content), "check the file of weights in it"};
  return {};
}

}  // namespace unrecur

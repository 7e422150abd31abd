#include <memory>

#include "base/errors.h"
#include "models/formats/pytorch/pytorch_names.h"
#include "models/formats/pytorch/torch_tensors.h"
#include "models/formats/shared/model_reader.h"
#include "models/formats/shared/tensor.h"
#include "models/formats/shared/zip.h"

namespace unrecur::registry::readers {
namespace {

/// A zip archive with a pickle FOLDER/data.pkl among its members, or with files of PyTorch among them; or pickles.
bool pytorch_recognises(std::span<const std::byte> content) {
  if (is_legacy_torch(content)) return true;
  const std::string_view text = as_text(content);
  return is_zip(content) && (text.find("/data.pkl") != text.npos || text.find("policy.pth") != text.npos);
}

void read_torch(std::span<const std::byte> content, RecurrentModel& model) {
  const TorchFile file =
      is_legacy_torch(content) ? parse_legacy_torch(content, model.file) : parse_torch_archive(content, model.file);
  add_torch_tensors(*file.values.root, file.storages, model);
}

/// The tensors of a file inside the archive, which they keep alive.
void read_member(const ZipMember& member, std::uint64_t& left, RecurrentModel& model) {
  const auto content = std::make_shared<const Bytes>(unpack(member, model.file, left));
  left -= content->size();
  if (!is_legacy_torch(*content) && !is_zip(*content)) return;
  RecurrentModel inner{model.file, model.format, {}, {}};
  read_torch(*content, inner);
  const std::string stem = member.name.substr(0, member.name.size() - 4);
  for (StoredTensor& tensor : inner.tensors) {
    if (stem != "policy") tensor.name = stem + "." + tensor.name;
    tensor.load = [content, load = std::move(tensor.load)] { return load(); };
    if (tensor.raw) tensor.raw = [content, raw = std::move(tensor.raw)] { return raw(); };
    model.tensors.push_back(std::move(tensor));
  }
}

/// stable-baselines3: files of PyTorch in a zip archive, policy.pth the model and *.optimizer.pth beside it.
bool read_policy(std::span<const std::byte> content, RecurrentModel& model) {
  if (!is_zip(content)) return false;
  const std::vector<ZipMember> members = parse_zip(content, model.file);
  if (find_member(members, "policy.pth") == nullptr) return false;
  model.format = "stable-baselines3";
  std::uint64_t left = unpack_limit(content.size());
  for (const ZipMember& member : members) {
    if (member.name.ends_with(".pth") && !member.name.ends_with("optimizer.pth")) read_member(member, left, model);
  }
  return true;
}

void pytorch_read(std::span<const std::byte> content, RecurrentModel& model) {
  if (!read_policy(content, model)) read_torch(content, model);
  model.layers = layers_by_pytorch_names(model.tensors, model.file);
}

}  // namespace

extern const ModelReader pytorch;
const ModelReader pytorch{"pytorch", pytorch_recognises, pytorch_read};

}  // namespace unrecur::registry::readers

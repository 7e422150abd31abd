#include "models/formats/pytorch/pickle.h"

#include "models/formats/pytorch/pytorch_names.h"
#include "models/formats/pytorch/torch_storages.h"
#include "models/formats/pytorch/torch_tensors.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur::registry::readers {
namespace {

/// The opcode of the protocol, 2 to 5, and none of PyTorch's files, which begin with a number; or, of the protocols
/// before, the opcodes that a dictionary begins with.
bool pickle_recognises(std::span<const std::byte> content) {
  if (as_text(content).starts_with("(dp") || as_text(content).starts_with("ccollections\nOrderedDict\n")) return true;
  // A header of safetensors may be as long as such bytes say; its JSON follows.
  const bool safetensors = content.size() > 8 && content[8] == std::byte{'{'} && content[7] == std::byte{0};
  return content.size() > 3 && !safetensors && content[0] == std::byte{0x80} && content[1] >= std::byte{2} &&
         content[1] <= std::byte{5} && !is_legacy_torch(content);
}

/// Dictionaries of NumPy arrays.
void pickle_read(std::span<const std::byte> content, RecurrentModel& model) {
  const PickledValues values = parse_pickle(content, model.file);
  add_torch_tensors(*values.root, nullptr, model);
  model.layers = layers_by_pytorch_names(model.tensors, model.file);
}

}  // namespace

extern const ModelReader pickle;
const ModelReader pickle{"pickle", pickle_recognises, pickle_read};

}  // namespace unrecur::registry::readers

#include "models/formats/arrays/array_model.h"

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "base/sha256.h"
#include "models/formats/numpy/psychrnn.h"
#include "models/formats/pytorch/pytorch_names.h"
#include "models/formats/shared/shape.h"
#include "models/formats/shared/tensor.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur {
namespace {

std::string digest_of(const std::vector<ArrayView>& arrays, const std::vector<StoredTensor>& tensors) {
  Sha256 digest;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const ArrayView& view = arrays[i];
    const std::string head = view.name + "\n" + view.dtype + "\n" + shape_text(view.shape) + "\n";
    digest.update(as_bytes(head));
    const std::size_t width = element_size(view.dtype);
    if (!view.problem.empty() || width == 0) continue;
    if (!view.contiguous()) {
      digest.update(tensors[i].raw().data);
      continue;
    }
    std::size_t size = width;
    for (const std::int64_t d : view.shape) size *= static_cast<std::size_t>(d);
    digest.update({view.data, size});
  }
  return digest.finish();
}

/// Whether an array of that name is one of the module's own, which hold no further modules but parametrizations.
bool belongs(const std::string& array, const std::string& module) {
  const std::string start = module.empty() ? "" : module + ".";
  if (!array.starts_with(start)) return false;
  const std::string own = array.substr(start.size());
  return own.find('.') == own.npos || own.starts_with("parametrizations.");
}

void fill_in(RecurrentLayer& layer, const ArraysSource& source) {
  if (layer.open != std::vector<std::string>{"activation"} || layer.sources.empty()) return;
  for (const auto& [module, activation] : source.activations) {
    if (!belongs(layer.sources.front(), module)) continue;
    layer.attributes["activation"] = activation;
    layer.open.clear();
    return;
  }
}

void require_names_apart(const std::vector<ArrayView>& arrays, const std::string& file) {
  std::set<std::string> names;
  for (const ArrayView& view : arrays) {
    if (names.insert(view.name).second) continue;
    throw FileError({file, "tensor '" + view.name + "'", "expected one array of that name, found two", ""});
  }
}

}  // namespace

RecurrentModel model_of_arrays(const std::vector<ArrayView>& arrays, const ArraysSource& source) {
  require_names_apart(arrays, source.name);
  RecurrentModel model{source.name, "arrays", "", {}};
  for (const ArrayView& view : arrays) model.tensors.push_back(stored_tensor(view, source.name));
  model.sha256 = digest_of(arrays, model.tensors);
  model.layers = layers_by_pytorch_names(model.tensors, source.name);
  if (model.layers.empty()) read_psychrnn(model);
  for (RecurrentLayer& layer : model.layers) fill_in(layer, source);
  add_unread_layers(model);
  for (const RecurrentLayer& layer : model.layers) require_consistent(layer, source.name);
  return model;
}

}  // namespace unrecur

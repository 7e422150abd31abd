#include "models/formats/embedding_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/errors.h"
#include "base/named.h"
#include "models/formats/shared/shape.h"

namespace unrecur {
namespace {

bool fits(const StoredTensor& tensor, Index m) {
  return tensor.shape.size() == 2 && tensor.shape[0] > 0 && tensor.shape[1] == m;
}

/// Tensors of shape [symbols, m] that are no weights of a recurrent layer.
std::vector<std::string> fitting(const RecurrentModel& model, Index m) {
  const auto recurrent = [&](const std::string& name) {
    return std::any_of(model.layers.begin(), model.layers.end(),
                       [&](const RecurrentLayer& layer) { return std::ranges::count(layer.sources, name) > 0; });
  };
  std::vector<std::string> names;
  for (const StoredTensor& t : model.tensors) {
    if (fits(t, m) && !recurrent(t.name)) names.push_back(t.name);
  }
  return names;
}

/// "embedding", "emb.weight", "encoder.weight" (as language models call it), "wte", "lookup_table".
bool sounds_like_an_embedding(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::vector<std::string_view> words{"emb", "encoder.weight", "wte", "lookup"};
  return std::ranges::any_of(words, [&](std::string_view word) { return name.find(word) != name.npos; });
}

}  // namespace

bool has_embedding(const RecurrentModel& model, std::string_view tensor, Index m) {
  const StoredTensor* found = find_tensor(model.tensors, tensor);
  return found != nullptr && fits(*found, m);
}

Matrix<double> embedding_in(const RecurrentModel& model, const std::string& tensor, Index m) {
  if (!has_embedding(model, tensor, m)) {
    constexpr std::size_t most = 8;
    const StoredTensor* other = find_tensor(model.tensors, tensor);
    std::vector<std::string> names = fitting(model, m);
    if (names.size() > most) names.resize(most);
    const bool several = model.layers.size() > 1;
    throw UsageError(fmt::format(
        "embedding {}: expected a tensor of shape [symbols, {}] in {}, as the layer has {} "
        "inputs; {}{}{}",
        tensor, m, model.file, m, other == nullptr ? "there is none of that name" : "found " + shape_text(other->shape),
        several ? "; choose the layer that reads it" : "",
        names.empty() ? "" : "; of that shape are: " + join_names(names)));
  }
  return load_matrix(*find_tensor(model.tensors, tensor), model.file, -1, m).transpose();
}

std::optional<std::string> likely_embedding(const RecurrentModel& model, const RecurrentLayer& layer) {
  std::vector<std::string> names = fitting(model, layer.input.cols());
  std::erase_if(names, [](const std::string& name) { return !sounds_like_an_embedding(name); });
  return names.size() == 1 ? std::optional(names.front()) : std::nullopt;
}

}  // namespace unrecur

#include "models/formats/pytorch/pytorch_names.h"

#include <algorithm>
#include <optional>

#include "base/errors.h"
#include "models/formats/safetensors/safetensors.h"

namespace unrecur {
namespace {

constexpr std::string_view recurrent_name = "weight_hh";

/// PREFIX weight_hh SUFFIX: the names of one layer differ only in the middle.
struct NameParts {
  std::string prefix, suffix;

  std::string with(const std::string& what) const { return prefix + what + suffix; }
  bool reverse() const { return suffix.ends_with("_reverse"); }
  /// MODULE, MODULE.l0, MODULE.l0.reverse; a name for a bare weight_hh.
  std::string layer_name() const {
    std::string name = prefix;
    while (name.ends_with('.') || name.ends_with('/')) name.pop_back();
    for (const char c : suffix) name += c == '_' ? '.' : c;
    if (name.starts_with('.')) name.erase(0, 1);
    return name.empty() ? "rnn" : name;
  }
};

/// "", "_l0", "_l12", "_reverse", "_l0_reverse".
bool is_suffix(std::string_view text) {
  if (text.ends_with("_reverse")) text.remove_suffix(8);
  if (text.empty()) return true;
  if (!text.starts_with("_l") || text.size() < 3) return false;
  return std::all_of(text.begin() + 2, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<NameParts> split_name(const std::string& name) {
  const std::size_t at = name.rfind(recurrent_name);
  if (at == std::string::npos) return std::nullopt;
  NameParts parts{name.substr(0, at), name.substr(at + recurrent_name.size())};
  const bool starts_word = at == 0 || name[at - 1] == '.' || name[at - 1] == '/';
  return starts_word && is_suffix(parts.suffix) ? std::optional(parts) : std::nullopt;
}

void set_kind(RecurrentLayer& layer) {
  const Index rows = layer.recurrent.rows(), n = layer.recurrent.cols();
  const Index gates = rows % n == 0 ? rows / n : 0;
  if (gates == 1) {
    layer.cell = "elman";
    layer.open = {"activation"};
  } else if (gates == 3) {
    layer.cell = "gru";
    layer.attributes = {{"reset", "after"}};
  } else if (gates == 4) {
    layer.cell = "lstm";
  } else {
    layer.cell = "unknown";
    layer.obstacle = "a recurrent matrix of " + std::to_string(rows) + " x " + std::to_string(n) +
                     " is that of no elman (1), gru (3) or lstm (4 blocks of rows) layer";
  }
}

RecurrentLayer layer_of(const StoredTensor& recurrent, const NameParts& parts, const std::vector<StoredTensor>& tensors,
                        const std::string& file) {
  RecurrentLayer layer;
  layer.name = parts.layer_name();
  layer.direction = parts.reverse() ? "backward" : "forward";
  layer.recurrent = load_matrix(recurrent, file);
  layer.state_size = layer.recurrent.cols();
  layer.sources = {recurrent.name};
  set_kind(layer);
  const Index rows = layer.recurrent.rows();
  const auto read = [&](const char* what, Matrix<double>& into, auto load) {
    const StoredTensor* tensor = find_tensor(tensors, parts.with(what));
    if (tensor == nullptr) return;
    into = load(*tensor);
    layer.sources.push_back(tensor->name);
  };
  const auto column = [&](const StoredTensor& t) { return load_column(t, file, rows); };
  read("weight_ih", layer.input, [&](const StoredTensor& t) { return load_matrix(t, file, rows); });
  read("bias_ih", layer.input_bias, column);
  read("bias_hh", layer.recurrent_bias, column);
  if (find_tensor(tensors, parts.with("weight_hr")) != nullptr) {
    layer.cell = "unknown";
    layer.obstacle = "an LSTM with a projection (" + parts.with("weight_hr") + ") is none of the cells known here";
    layer.open.clear();
  }
  if (layer.input.size() == 0) layer.note = "the file has no " + parts.with("weight_ih");
  return layer;
}

}  // namespace

std::vector<RecurrentLayer> layers_by_pytorch_names(const std::vector<StoredTensor>& tensors, const std::string& file) {
  std::vector<RecurrentLayer> layers;
  for (const StoredTensor& tensor : tensors) {
    if (const auto parts = split_name(tensor.name)) layers.push_back(layer_of(tensor, *parts, tensors, file));
  }
  return layers;
}

}  // namespace unrecur

#include "models/formats/pytorch/more_than_a_layer.h"

#include <algorithm>

#include "models/formats/pytorch/parameter_name.h"
#include "models/formats/shared/array_name.h"

namespace unrecur {
namespace {

bool says_peephole(const ArrayName& name) {
  return name.has_text({"peep"}) || name.has_word({"ci", "cf", "co", "ch"});
}

bool says_state(const ArrayName& name) {
  return name.has_word({"h0", "c0", "hx", "cx", "init", "initial", "state", "hidden", "h", "c"});
}

/// The sizes of a vector that would act on every unit, or on every row of every gate.
bool fits_gates(const StoredTensor& tensor, const RecurrentLayer& layer) {
  std::int64_t count = 1;
  for (const std::int64_t d : tensor.shape) {
    if (d < 1 || d > layer.recurrent.rows()) return false;
    count *= d;
    if (count > layer.recurrent.size()) return false;
  }
  const Index n = layer.state_size, rows = layer.recurrent.rows();
  return count == 1 || count == n || count == rows || (tensor.shape.size() == 2 && count == rows * n);
}

bool changes_the_map(const StoredTensor& tensor, const std::string& below, const RecurrentLayer& layer) {
  const ArrayName name(below);
  // Counters of batch normalisation and of training.
  if (name.leaf() == "num_batches_tracked" || says_optimizer(ArrayName(tensor.name))) return false;
  if (says_normalisation(name) || says_peephole(name)) return true;
  const bool direct = below.find_first_of("./") == std::string::npos;
  return direct && !parse_parameter_name(below) && !says_feed_forward(name) && !says_state(name) &&
         fits_gates(tensor, layer);
}

/// "a.b." of "a.b.cell."; nothing for a module at the top.
std::string around(const std::string& prefix) {
  const std::size_t end = prefix.find_last_of("./", prefix.size() < 2 ? 0 : prefix.size() - 2);
  return end == std::string::npos ? "" : prefix.substr(0, end + 1);
}

/// At the top of a file everything lies beside the weights: only words count.
bool changes_the_map_at_top(const std::string& name) {
  const ArrayName words(name);
  return name.find_first_of("./") == std::string::npos && !says_optimizer(words) &&
         (says_normalisation(words) || says_peephole(words) || words.has_word({"leak", "alpha", "tau"}));
}

constexpr std::size_t enough = 4;

}  // namespace

MoreThanALayer::MoreThanALayer(const std::vector<StoredTensor>& tensors, const std::set<std::string>& used) {
  for (const StoredTensor& tensor : tensors) {
    if (!used.contains(tensor.name)) unused_.emplace(tensor.name, &tensor);
  }
}

std::vector<std::string> MoreThanALayer::beside(const std::string& prefix, const RecurrentLayer& layer) const {
  std::vector<std::string> more;
  const std::string outer = around(prefix);
  const Index rows = layer.recurrent.rows();
  const bool gated = rows > layer.state_size;
  for (auto at = unused_.lower_bound(outer.empty() ? prefix : outer); at != unused_.end() && more.size() < enough;
       ++at) {
    const auto& [name, tensor] = *at;
    if (name.starts_with(prefix)) {
      const bool changes =
          prefix.empty() ? changes_the_map_at_top(name) : changes_the_map(*tensor, name.substr(prefix.size()), layer);
      if (changes) more.push_back(name);
    } else if (outer.empty() || !name.starts_with(outer)) {
      break;
    } else if (gated && tensor->shape.size() == 1 && tensor->shape[0] == rows) {
      if (says_normalisation(ArrayName(name.substr(outer.size())))) more.push_back(name);
    }
  }
  return more;
}

}  // namespace unrecur

#include "apps/answer/sequences/twin_head.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "models/formats/head_tensor.h"

namespace unrecur {
namespace {

DenseHead named_head(const RecurrentModel& model, const std::vector<std::string>& names, Index outputs,
                     const std::string& option) {
  if (names.size() > 2) throw UsageError(option + " takes the name of a weight, and of a bias behind it");
  const auto tensor = [&](const std::string& name) -> const StoredTensor& {
    const StoredTensor* found = find_tensor(model.tensors, name);
    if (found == nullptr) throw UsageError(option + ": the file has no tensor '" + name + "'");
    return *found;
  };
  DenseHead head;
  head.weight = load_matrix(tensor(names[0]), model.file);
  if (head.weight.cols() != outputs) {
    throw UsageError(
        fmt::format("{}: expected a tensor [outputs, {}], for the outputs of the last layer, found [{}, {}]", option,
                    outputs, head.weight.rows(), head.weight.cols()));
  }
  std::string bias = names.size() == 2 ? names[1] : names[0];
  if (names.size() == 1 && bias.ends_with("weight")) bias.replace(bias.size() - 6, 6, "bias");
  const bool has_bias = names.size() == 2 || (bias != names[0] && find_tensor(model.tensors, bias) != nullptr);
  head.bias = has_bias ? load_column(tensor(bias), model.file, head.weight.rows())
                       : Matrix<double>(Matrix<double>::Zero(head.weight.rows(), 1));
  return head;
}

}  // namespace

std::optional<DenseHead> choose_head(const RecurrentModel& model, const HeadChoice& choice, const Cell<double>& cell,
                                     Dialect dialect) {
  if (choice.states) return std::nullopt;
  if (!choice.tensors.empty()) {
    return named_head(model, choice.tensors, cell.shape().output, option_name(dialect, "head"));
  }
  return told_head(model, cell.shape().output);
}

}  // namespace unrecur

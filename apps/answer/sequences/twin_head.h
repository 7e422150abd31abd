#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/answer/dialect.h"
#include "models/formats/shared/model_reader.h"
#include "models/layers/cell.h"

namespace unrecur {

/// What of a model its twins are to imitate.
struct HeadChoice {
  std::vector<std::string> tensors{};  ///< a dense layer on top: its weight [outputs, size], and perhaps its bias
  bool states = false;                 ///< the outputs of the last recurrent layer, whatever is on top
};

/// The dense layer on top of the cell: the tensors that are named (a bias of the same name beside a weight alone), else
/// the one that the format tells of, where it fits; nothing where there is none. Throws UsageError for names or shapes
/// that do not fit.
std::optional<DenseHead> choose_head(const RecurrentModel& model, const HeadChoice& choice, const Cell<double>& cell,
                                     Dialect dialect = Dialect::shell);

}  // namespace unrecur

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "apps/answer/dialect.h"
#include "models/formats/shared/model_reader.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

struct NumpyArray;

/// What is said of the inputs of a model: one of these, or nothing.
struct GivenInputs {
  std::optional<double> bound{};              ///< every |x_i| <= bound
  std::optional<std::string> embedding{};     ///< a tensor of the model whose rows are the inputs
  std::shared_ptr<const NumpyArray> array{};  ///< recorded inputs
  std::string source{};                       ///< what the array is called: its file
};

/// The inputs for which a layer of the model is to be certified: the vocabulary's embeddings where the model is one of
/// our own that reads symbols, else the rows of the embedding, the box of the values in the array or |x_i| <= bound,
/// else every input. What is given speaks of the inputs of the layer itself; where the model does not say how these
/// enter, nothing is assumed of them. Throws UsageError where what is given contradicts the model, FileError where an
/// array does not fit.
InputSet inputs_for(const GivenInputs& given, const RecurrentModel& model, const RecurrentLayer& layer,
                    Dialect dialect = Dialect::shell);

}  // namespace unrecur

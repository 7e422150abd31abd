#include "theory/stable_sets/lstm_rows.h"

#include "base/errors.h"
#include "models/layers/cell_registry.h"
#include "theory/gated/lstm_rates.h"

namespace unrecur {
Matrix<float>& lstm_recurrent(SequenceModel<float>& model, const std::string& set) {
  if (model.cell().kind() != "lstm") {
    throw UsageError("the stable set '" + set + "' is for lstm cells, not for " + model.cell().kind());
  }
  return *find_parameter(model.cell().parameters(), "weight_hh_l0");
}

std::optional<UpperBound> prove_lstm(const SequenceModel<float>& model, const InputBounds& inputs) {
  const auto exact = cast_cell<double>(model.cell());
  const auto boxed = boxed_lstm(*exact, input_set(model, inputs));
  if (!boxed) return std::nullopt;
  std::optional<UpperBound> best;
  for (const auto certify : {&certify_lstm_comparison, &certify_lstm_block_2norm}) {
    const auto certificate = certify(*boxed);
    if (!certificate || !(certificate->rate.value < 1.0)) continue;
    if (!best || certificate->rate.value < best->value) best = certificate->rate;
  }
  return best;
}

}  // namespace unrecur

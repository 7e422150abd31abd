#include "theory/stable_sets/lstm_rows.h"

#include "models/layers/cell_registry.h"
#include "theory/gated/lstm_rates.h"

namespace unrecur {

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

#include "theory/stable_sets/lstm_rows.h"

#include "base/errors.h"
#include "base/expected.h"
#include "models/layers/attributes.h"
#include "models/layers/cell_registry.h"
#include "theory/gated/lstm_rates.h"

namespace unrecur {

std::optional<double> forget_cap(const Cell<float>& cell) {
  const Attributes attributes = cell.attributes();
  if (!attributes.contains("cap")) return std::nullopt;
  return AttributeReader(cell.kind(), attributes).number("cap", 1.0);
}

void hold_forget_gate(SequenceModel<float>& model, const InputBounds& inputs, double ceiling, double rate) {
  const auto cap = forget_cap(model.cell());
  if (!cap) {
    hold_gate(model, inputs, kForget, ceiling);
  } else if (!(*cap < rate)) {
    throw UsageError(expected_but_found("a cap of the forget gates below the rate of the set", *cap));
  }
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

#include "experiments/training/lstm_rows.h"

#include "models/cell_registry.h"
#include "models/errors.h"
#include "theory/comparison.h"
#include "theory/contraction.h"

namespace unrecur {
Matrix<float>& lstm_recurrent(SequenceModel<float>& model, const std::string& set) {
  if (model.cell().kind() != "lstm") {
    throw UsageError("the stable set '" + set + "' is for lstm cells, not for " + model.cell().kind());
  }
  return *find_parameter(model.cell().parameters(), "weight_hh_l0");
}

std::optional<UpperBound> prove_lstm(const SequenceModel<float>& model, const InputBox& inputs) {
  const auto exact = cast_cell<double>(model.cell());
  const GatedWeights weights = gated_weights(*exact);
  const auto box = lstm_box(weights, input_set(model, inputs));
  if (!box) return std::nullopt;
  // The Jacobian lies below the comparison matrix M entry by entry; a norm of s ↦ M s bounds it.
  const SlopeMap map{.w = lstm_comparison(weights, *box), .slope_low = 1.0, .slope_high = 1.0};
  const auto certificate = certify_perron(map);
  if (!certificate || !(certificate->rate.value < 1.0)) return std::nullopt;
  return certificate->rate;
}

}  // namespace unrecur

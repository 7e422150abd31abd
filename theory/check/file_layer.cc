#include "theory/check/file_layer.h"

#include <algorithm>

#include "theory/arithmetic/spectral_norm.h"
#include "theory/certificates/kind_theory.h"

namespace unrecur {

Index input_size_of(const RecurrentLayer& layer) {
  return layer.whole ? layer.whole->shape().input : layer.input.cols();
}

bool checkable(const RecurrentLayer& layer) {
  const bool inputs_missing = needs_bounded_inputs(layer.cell) && input_size_of(layer) == 0;
  return layer.whole || (layer.obstacle.empty() && layer.open.empty() && !inputs_missing);
}

bool drive_known(const RecurrentLayer& layer) {
  return (layer.whole || layer.input.size() > 0) && !layer.conjugate;
}

CheckedCell check_cell(const RecurrentLayer& layer, const CheckOptions& options) {
  CheckedCell checked;
  checked.inputs = options.ladder.inputs;
  if (checkable(layer)) {
    checked.cell = make_cell(layer);
    CheckOptions known = options;
    known.ladder.drive_known = drive_known(layer);
    checked.check = check_layer(*checked.cell, known);
    if (layer.conjugate) checked.check.context.reset();
  } else if (layer.recurrent.size() > 0) {
    checked.check.recurrent_norm = SpectralNormProof(layer.recurrent).estimate();
  }
  return checked;
}

Verdict verdict_of(std::span<const CheckedCell> cells) {
  const auto is = [](Verdict verdict) {
    return [verdict](const CheckedCell& c) { return c.check.verdict == verdict; };
  };
  if (std::any_of(cells.begin(), cells.end(), is(Verdict::refuted))) return Verdict::refuted;
  return std::all_of(cells.begin(), cells.end(), is(Verdict::proved)) ? Verdict::proved : Verdict::undecided;
}

}  // namespace unrecur

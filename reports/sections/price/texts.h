#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/metrics.h"
#include "reports/results/variants.h"

namespace unrecur::reports::price {

/// The variants that were trained on one text: a task, whole or cut to so many symbols.
struct Text {
  std::string title;
  bool whole = true;
  std::vector<const Variant*> variants;

  const std::string& task() const { return variants.front()->task; }
};

/// In the order of their variants.
std::vector<Text> texts_of(const std::vector<Variant>& variants);

/// The capped stack with this cap; null where it was not run.
const Variant* capped_stack(const Text& text, double cap);
/// Of the LSTMs without a constraint, of any depth, the one that is best in the mean on the validation part: the test
/// set chooses nothing. Null where there is none.
const Variant* best_unconstrained_lstm(const Text& text);

/// The claims of experiments/configs/price.toml by its rules. Open where the runs that a rule asks for are missing.
std::map<std::string, ClaimOutcome> verdicts(const std::vector<Variant>& variants);

/// Loss on the test part over the steps of context that are proved enough for an error of 1e-3: what memory buys.
/// Levels are the means of the models without a proof.
Figure memory_figure(const Text& text);

}  // namespace unrecur::reports::price

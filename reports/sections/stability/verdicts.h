#pragma once

#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/variants.h"

namespace unrecur::reports::stability {

/// Whether a task is a text of characters or of words.
bool is_characters(const std::string& task);
bool is_words(const std::string& task);

/// C3 by the rule of experiments/configs/fig2a.toml: in every job on a text the worst ratio of one step is above 1 and
/// that of r steps below 1 from some r on; open while characters or words are missing.
ClaimOutcome iterated_stability(const std::vector<Variant>& variants);

/// C4 by the rule of experiments/configs/fig2b.toml: on jsb, at some order 2 ≤ k ≤ 8, the unconstrained RNN has
/// ‖W‖₂ > 1 in every seed and a mean loss at least 1 % below the stable one's; open while no such order was run.
ClaimOutcome instability_helps(const std::vector<Variant>& variants);

/// C5 by the rule of experiments/configs/fig3a.toml and fig3b.toml: in every job on a text the mean gradient at the
/// largest distance is at most 1 % of that at distance 1; open while the RNN or the LSTM is missing.
ClaimOutcome vanishing_gradients(const std::vector<Variant>& variants);

/// The truncation order of a variant of fig2b; 0: the recurrent model.
int order_of(const Variant& variant);

}  // namespace unrecur::reports::stability

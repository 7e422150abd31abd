#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/variants.h"

namespace unrecur::reports::rivals {

/// The rules of experiments/configs/copy.toml, music.toml, text.toml, ngram.toml and speech.toml, by the claim's name.
std::map<std::string, ClaimOutcome> copy_verdicts(const std::vector<Variant>& variants);
std::map<std::string, ClaimOutcome> music_verdicts(const std::vector<Variant>& variants);
std::map<std::string, ClaimOutcome> text_verdicts(const std::vector<Variant>& variants);
std::map<std::string, ClaimOutcome> ngram_verdicts(const std::vector<Variant>& variants);
std::map<std::string, ClaimOutcome> speech_verdicts(const std::vector<Variant>& variants);

}  // namespace unrecur::reports::rivals

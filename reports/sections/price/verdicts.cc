#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/blocks/statistics.h"
#include "reports/results/loss_table.h"
#include "reports/sections/price/texts.h"

namespace unrecur::reports::price {
namespace {

using Standing = ClaimOutcome::Standing;

// The rules of experiments/configs/price.toml.
constexpr double kMostLost = 0.01;
constexpr const char* kWholeTexts[] = {"ptb-char", "ptb-word", "wikitext-2"};

/// The capped variant beside another, over the seeds that both have; nothing without a pair.
struct Pairing {
  double worse_by;   ///< of the mean, as a share
  bool surely_less;  ///< below by more than the standard error of the paired differences; below, of one pair
  std::string evidence, words;
};

std::optional<Pairing> pairing(const Text& text, const Variant& before, const Variant& after) {
  const Measure measure = measure_of(text.variants);
  std::vector<double> first, second, apart;
  for (const auto& [a, b] : paired(before, after, measure.metric)) {
    first.push_back(a);
    second.push_back(b);
    apart.push_back(b - a);
  }
  if (apart.empty()) return std::nullopt;
  const Summary difference = summarize(apart);
  const double error = difference.sd / std::sqrt(static_cast<double>(difference.n));
  const double worse = summarize(second).mean / summarize(first).mean - 1.0;
  return Pairing{worse, difference.mean < -error,
                 literal(text.title) + ": " + literal(label_in_text(after)) + " " +
                     format_number(std::abs(100.0 * worse), 2) + " % " + (worse > 0.0 ? "worse" : "better") + " than " +
                     literal(label_in_text(before)) + " (" + format_difference(before, after, measure.metric) + ")",
                 format_number(std::abs(100.0 * worse), 2) + " % " + (worse > 0.0 ? "worse" : "better") + " on " +
                     literal(text.title)};
}

/// Whether every epoch of every run has a proved rate below 1.
bool proved_throughout(const Variant& variant) {
  const std::vector<double> rates = variant.metrics("rate_proved_largest");
  return rates.size() == variant.results.size() && std::ranges::all_of(rates, [](double rate) { return rate < 1.0; });
}

/// Goes through the texts that have both variants; `holds` says how the rule stands on one.
template <class Choose, class Holds>
ClaimOutcome over_texts(const std::vector<Text>& texts, bool all_texts, const Choose& choose, const Holds& holds) {
  ClaimOutcome outcome;
  bool all = true;
  std::set<std::string> seen;
  for (const Text& text : texts) {
    const auto [before, after] = choose(text);
    const auto found = before == nullptr || after == nullptr ? std::nullopt : pairing(text, *before, *after);
    if (!found) continue;
    const bool agrees = holds(*found, *after);
    all = all && agrees;
    outcome.count(agrees);
    outcome.ours += (outcome.ours.empty() ? "" : "; ") + found->words;
    if (text.whole) seen.insert(text.task());
    outcome.evidence += (outcome.evidence.empty() ? "" : "; ") + found->evidence;
  }
  std::string missing;
  for (const char* task : kWholeTexts) {
    if (all_texts && !seen.contains(task)) missing += (missing.empty() ? "" : ", ") + literal(task_title(task));
  }
  if (outcome.evidence.empty()) {
    outcome.evidence = "missing: both models on one text with a common seed";
  } else if (!all) {
    outcome.standing = Standing::fails;
  } else if (missing.empty()) {
    outcome.standing = Standing::holds;
  } else {
    outcome.evidence += "; missing: " + missing;
  }
  return outcome;
}

}  // namespace

std::map<std::string, ClaimOutcome> verdicts(const std::vector<Variant>& variants) {
  const std::vector<Text> texts = texts_of(variants);
  const auto beside_lstm = [](const Text& text) {
    return std::pair(best_unconstrained_lstm(text), capped_stack(text, 0.98));
  };
  const auto beside_slower = [](const Text& text) {
    return std::pair(capped_stack(text, 0.98), capped_stack(text, 0.9));
  };
  return {{"P1", over_texts(texts, true, beside_lstm,
                            [](const Pairing& p, const Variant& capped) {
                              return p.worse_by <= kMostLost && proved_throughout(capped);
                            })},
          {"P2", over_texts(texts, true, beside_lstm,
                            [](const Pairing& p, const Variant& capped) {
                              return p.surely_less && proved_throughout(capped);
                            })},
          {"P3", over_texts(texts, false, beside_slower,
                            [](const Pairing& p, const Variant&) { return p.worse_by <= kMostLost; })}};
}

}  // namespace unrecur::reports::price

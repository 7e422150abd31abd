#include "reports/sections/stability/verdicts.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/blocks/statistics.h"
#include "reports/results/paper_cells.h"
#include "reports/sections/stability/parts.h"

namespace unrecur::reports::stability {
namespace {

using Standing = ClaimOutcome::Standing;

// The rules of the configurations.
constexpr double helps_by = 0.01, vanished = 0.01;
constexpr int shortest = 2, longest = 8;

void add_evidence(ClaimOutcome& outcome, const std::string& part) {
  outcome.evidence += (outcome.evidence.empty() ? "" : "; ") + part;
}

std::string named(const Variant& variant) {
  return literal(task_title(variant.task)) + ", " + literal(variant.label);
}

/// All jobs agree: holds where everything needed is there. One against it settles the claim.
Standing settled(bool all, bool complete) {
  if (!all) return Standing::fails;
  return complete ? Standing::holds : Standing::open;
}

std::string short_title(const std::string& task) {
  return is_characters(task) ? "characters" : is_words(task) ? "words" : literal(task_title(task));
}

/// What is to be said of the variants on texts, each thing once.
template <class Say>
std::string list_of(const std::vector<Variant>& variants, const Say& say) {
  std::vector<std::string> parts;
  for (const Variant& variant : variants) {
    if (!is_characters(variant.task) && !is_words(variant.task)) continue;
    const std::string part = say(variant);
    if (!part.empty() && std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
  }
  std::string list;
  for (const std::string& part : parts) list += (list.empty() ? "" : ", ") + part;
  return list;
}

const Variant* stable_partner(const std::vector<Variant>& variants, const Variant& free) {
  const auto found = std::find_if(variants.begin(), variants.end(), [&](const Variant& other) {
    return other.stable && other.task == free.task && order_of(other) == order_of(free);
  });
  return found == variants.end() ? nullptr : &*found;
}

}  // namespace

bool is_characters(const std::string& task) {
  return task == "ptb-char";
}

bool is_words(const std::string& task) {
  return task == "ptb-word" || task.starts_with("wikitext-");
}

int order_of(const Variant& variant) {
  return std::atoi(text_or(variant.config(), "order", "0").c_str());
}

ClaimOutcome iterated_stability(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool all = true, characters = false, words = false;
  for (const Variant& variant : variants) {
    if (!is_characters(variant.task) && !is_words(variant.task)) continue;
    (is_words(variant.task) ? words : characters) = true;
    for (const StoredResult* r : variant.results) {
      const auto first = r->metric("ratio_first"), from = r->metric("r_contracting");
      if (!first) continue;
      all = all && *first > 1.0 && from;
      outcome.count(*first > 1.0 && from);
      add_evidence(outcome, named(variant) + ": worst ratio of one step " + format_number(*first, 3) +
                                (from ? ", below 1 from r = " + format_number(*from)
                                      : ", not below 1 at the largest r that was measured"));
    }
  }
  if (!outcome.evidence.empty()) outcome.standing = settled(all, characters && words);
  outcome.published = list_of(variants, [](const Variant& variant) {
    const std::string cell = text_or(variant.config(), "cell");
    const std::string r = published_of(variant.task, cell, "r_contracting");
    return r == kNothing ? std::string() : "r ≈ " + r + " " + short_title(variant.task);
  });
  outcome.ours = list_of(variants, [](const Variant& variant) {
    const std::string r = range_of(variant, "r_contracting");
    return r == kNothing ? std::string() : "r = " + r + " " + short_title(variant.task);
  });
  if (!outcome.ours.empty()) outcome.ours += " (estimates)";
  return outcome;
}

ClaimOutcome instability_helps(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool helps = false;
  std::optional<double> largest_gain;
  const std::string few = published_of("jsb", kPaperRnn, "lambda_short"),
                    many = published_of("jsb", kPaperRnn, "lambda_long");
  if (few != kNothing && many != kNothing) outcome.published = "λ ≈ " + few + " on short, " + many + " on long ones";
  for (const Variant& free : variants) {
    const int k = order_of(free);
    if (free.task != "jsb" || free.stable || k < shortest || k > longest) continue;
    const Variant* stable = stable_partner(variants, free);
    if (stable == nullptr) continue;
    std::vector<double> without, with;
    for (const auto& [a, b] : paired(free, *stable, "test_nll")) {
      without.push_back(a);
      with.push_back(b);
    }
    const std::vector<double> rates = free.metrics("rate_spectral_norm");
    if (without.empty() || rates.empty()) continue;
    const double gain = 1.0 - summarize(without).mean / summarize(with).mean;
    const double least = *std::min_element(rates.begin(), rates.end());
    helps = helps || (least > 1.0 && gain >= helps_by);
    outcome.count(least > 1.0 && gain >= helps_by);
    if (!largest_gain || gain > *largest_gain) {
      largest_gain = gain;
      outcome.ours = "λ = " + format_number(least, 3) + " at k = " + std::to_string(k) + ", loss " +
                     format_number(std::abs(100.0 * gain), 2) + " % " + (gain < 0.0 ? "higher" : "lower");
    }
    add_evidence(outcome, "k = " + std::to_string(k) + ": λ from " + format_number(least, 3) + ", loss " +
                              format_number(std::abs(100.0 * gain), 2) + " % " + (gain < 0.0 ? "above" : "below") +
                              " the stable RNN's over " + std::to_string(without.size()) +
                              (without.size() == 1 ? " pair" : " pairs"));
  }
  if (!outcome.evidence.empty()) outcome.standing = helps ? Standing::holds : Standing::fails;
  return outcome;
}

ClaimOutcome vanishing_gradients(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool all = true;
  std::optional<double> largest;
  std::set<std::string> cells;
  for (const Variant& variant : variants) {
    if (!is_characters(variant.task) && !is_words(variant.task)) continue;
    cells.insert(text_or(variant.config(), "cell"));
    for (const StoredResult* r : variant.results) {
      const auto share = r->metric("vanishing_trained");
      if (!share) continue;
      all = all && *share <= vanished;
      outcome.count(*share <= vanished);
      if (!largest || *share > *largest) {
        largest = *share;
        outcome.ours = "at most " + format_number(100.0 * *share, 2) + " % is left after " +
                       text_or(variant.config(), "distance") + " steps (" + short_title(variant.task) + ")";
      }
      add_evidence(outcome, named(variant) + ": " + format_number(*share, 2) +
                                " of the gradient at distance 1 is left at " + text_or(variant.config(), "distance"));
    }
  }
  if (!outcome.evidence.empty())
    outcome.standing = settled(all, cells.contains(kPaperRnn) && cells.contains(kPaperLstm));
  return outcome;
}

}  // namespace unrecur::reports::stability

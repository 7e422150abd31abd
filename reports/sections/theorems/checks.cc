#include "reports/sections/theorems/checks.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/paper_cells.h"

namespace unrecur::reports::theorems {
namespace {

using Standing = ClaimOutcome::Standing;

// The rule of experiments/configs/theorems.toml.
constexpr double kMissed = 0.5;

double floor_of(const StoredResult& result, const std::string& name) {
  return result.metric(name).value_or(0.0);
}

std::string count(const Comparison& c, const std::string& what) {
  return std::to_string(c.compared) + " comparisons of " + what +
         (c.violations == 0 ? " hold" : ", **" + std::to_string(c.violations) + " fail**");
}

ClaimOutcome outcome_of(const std::vector<std::pair<Comparison, std::string>>& parts, bool otherwise = true) {
  ClaimOutcome outcome;
  std::size_t compared = 0, violations = 0;
  for (const auto& [c, what] : parts) {
    compared += c.compared;
    violations += c.violations;
    outcome.evidence += (outcome.evidence.empty() ? "" : "; ") + count(c, what);
  }
  if (compared == 0) return {};
  outcome.cases = static_cast<int>(compared);
  outcome.agreeing = static_cast<int>(compared - violations);
  outcome.standing = violations == 0 && otherwise ? Standing::holds : Standing::fails;
  return outcome;
}

/// ‖prediction_recurr − prediction_trunc‖ against Theorem 1, from metrics.
Comparison compare_predictions(const Variant& variant) {
  Comparison c;
  for (const StoredResult* r : variant.results) {
    for (const int k : weight_orders(variant)) {
      const std::string order = "_k" + std::to_string(k);
      const auto measured = r->metric("prediction_gap" + order), bound = r->metric("bound_theorem1" + order);
      if (!measured || !bound) continue;
      ++c.compared;
      if (!(*measured <= *bound + floor_of(*r, "floor_prediction"))) ++c.violations;
    }
  }
  return c;
}

ClaimOutcome training_stays_close(const std::vector<Variant>& variants) {
  Comparison recursion, proposition, predictions;
  for (const Variant& variant : variants) {
    if (!is_stable(variant)) continue;
    for (const int k : weight_orders(variant)) {
      const std::string order = "_k" + std::to_string(k);
      recursion += compare(variant, "weight_distance" + order, "bound_recursion" + order, "floor_weights");
      proposition += compare(variant, "weight_distance" + order, "bound_proposition4" + order, "floor_weights");
    }
    predictions += compare_predictions(variant);
  }
  return outcome_of({{recursion, "weights with the recursion"},
                     {proposition, "weights with Proposition 4"},
                     {predictions, "predictions with Theorem 1"}});
}

ClaimOutcome gaps_decay(const std::vector<Variant>& variants) {
  Comparison states, parts, lemma;
  std::string faster;
  for (const Variant& variant : variants) {
    if (!is_stable(variant)) continue;
    states += compare(variant, "state_gap", "bound_proposition3", "floor_state");
    parts += compare(variant, "gradient_gap", "bound_lemma1_parts", "floor_gradient");
    lemma += compare(variant, "gradient_gap", "bound_lemma1", "floor_gradient");
    for (const StoredResult* r : variant.results) {
      const auto decay = r->metric("decay_rate"), rate = r->metric("rate_upper");
      if (decay && rate && !(*decay <= *rate)) faster = name_of(variant) + " decays more slowly than its λ";
    }
  }
  ClaimOutcome outcome = outcome_of({{states, "state gaps with Proposition 3"},
                                     {parts, "gradient gaps with the parts of Lemma 1"},
                                     {lemma, "gradient gaps with γ k λ^k"}},
                                    faster.empty());
  if (!faster.empty()) outcome.evidence += "; " + literal(faster);
  return outcome;
}

ClaimOutcome nothing_truncates_the_unstable(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool all = true;
  std::size_t systems = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const Variant& variant : variants) {
    if (is_stable(variant)) continue;
    double smallest = std::numeric_limits<double>::infinity();
    for (const double gap : variant.metrics("relative_gap_half_smallest")) smallest = std::min(smallest, gap);
    if (!std::isfinite(smallest)) continue;
    ++systems;
    all = all && smallest >= kMissed;
    outcome.count(smallest >= kMissed);
    least = std::min(least, smallest);
    outcome.evidence += (outcome.evidence.empty() ? "" : "; ") + literal(name_of(variant)) +
                        ": order T/2 misses at least " + format_number(smallest, 3) + " of the largest state";
  }
  if (systems > 0) outcome.ours = "order T/2 misses at least " + format_number(100.0 * least, 2) + " % of the state";
  if (systems == 3 || (systems > 0 && !all)) outcome.standing = all ? Standing::holds : Standing::fails;
  return outcome;
}

}  // namespace

bool is_stable(const Variant& variant) {
  return variant.config().count("lambda") > 0;
}

std::string name_of(const Variant& variant) {
  const std::string cell = text_or(variant.config(), "cell");
  if (!is_stable(variant)) return cell;
  return (cell == kPaperRnn ? "RNN" : cell) + ", λ = " + text_or(variant.config(), "lambda") + ", " +
         text_or(variant.config(), "weights") + " W";
}

Comparison& Comparison::operator+=(const Comparison& other) {
  compared += other.compared;
  violations += other.violations;
  return *this;
}

Comparison compare(const Variant& variant, const std::string& measured, const std::string& bound,
                   const std::string& floor) {
  Comparison c;
  for (const StoredResult* r : variant.results) {
    const Series *m = r->find_series(measured), *b = r->find_series(bound);
    if (m == nullptr || b == nullptr) continue;
    const double rounding = floor_of(*r, floor);
    for (std::size_t i = 0; i < std::min(m->y.size(), b->y.size()); ++i) {
      ++c.compared;
      if (!(m->y[i] <= b->y[i] + rounding)) ++c.violations;
    }
  }
  return c;
}

std::vector<int> weight_orders(const Variant& variant) {
  const std::string prefix = "weight_distance_k";
  std::vector<int> orders;
  for (const Series& s : variant.results.front()->series) {
    if (s.name.starts_with(prefix)) orders.push_back(std::atoi(s.name.c_str() + prefix.size()));
  }
  std::sort(orders.begin(), orders.end());
  return orders;
}

std::map<std::string, ClaimOutcome> verdicts(const std::vector<Variant>& variants) {
  return {{"C7", training_stays_close(variants)},
          {"C8", gaps_decay(variants)},
          {"C8 unstable", nothing_truncates_the_unstable(variants)}};
}

}  // namespace unrecur::reports::theorems

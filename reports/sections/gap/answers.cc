#include "reports/sections/gap/answers.h"

#include <algorithm>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/loss_table.h"
#include "reports/results/metrics.h"
#include "reports/sections/gap/bound_check.h"
#include "reports/sections/gap/tables.h"

namespace unrecur::reports::gap {
namespace {

std::string seeds_in_words(const Variant& variant) {
  const std::size_t n = variant.results.size();
  return std::to_string(n) + (n == 1 ? " seed" : " seeds");
}

/// How the difference second − first stands to zero, from its interval alone.
std::string verdict(const Variant& first, const Variant& second, const Measure& measure) {
  std::vector<double> differences;
  for (const auto& [a, b] : paired(first, second, measure.metric)) differences.push_back(b - a);
  const auto interval = bootstrap_mean_95(differences);
  if (!interval) return "";
  if (interval->low <= 0 && interval->high >= 0) return ", no clear difference";
  return (interval->high < 0) == measure.less_is_better ? ", so stability costs nothing here"
                                                        : ", so stability costs something here";
}

std::string loss_sentence(const Variant& variant, const Variant& partner, const Measure& measure) {
  const std::string unit = measure.unit.empty() ? "" : " (" + measure.unit + ")";
  return "the " + literal(variant.label) + " network reaches a " + measure.words + unit + " of " +
         format_mean_sd(variant.metrics(measure.metric)) + ", the unconstrained one " +
         format_mean_sd(partner.metrics(measure.metric)) + " (difference " +
         format_difference(partner, variant, measure.metric) + verdict(partner, variant, measure) + ").";
}

std::string context_sentence(const Variant& variant) {
  const std::vector<double> measured = variant.metrics("k_measured");
  const std::vector<double> promised = variant.metrics("k_promised");
  const std::string within =
      " for a state error of at most $\\varepsilon$ = " + format_range(variant.metrics("epsilon"));
  std::string text;
  if (!measured.empty()) {
    text += " The last " + format_range(measured) + " inputs were enough" + within + " at every measured step";
    if (!promised.empty()) text += "; its certificate promises this from " + format_range(promised) + " inputs on";
    text += ".";
  } else if (!promised.empty()) {
    text += " Its certificate promises that the last " + format_range(promised) + " inputs are enough" + within + ".";
  }
  return text;
}

std::string bounds_sentence(const Variant& variant) {
  const BoundCheck check = check_bounds(variant);
  if (check.compared == 0) return "No measured gap could be compared with a bound. ";
  const std::string total = std::to_string(check.compared);
  if (check.violations == 0) return "All " + total + " comparisons of a measured gap with a bound hold. ";
  return "**" + std::to_string(check.violations) + " of " + total +
         " comparisons of a measured gap with a bound fail.** ";
}

std::string rate_sentence(const Variant& variant) {
  const std::vector<double> decay = variant.metrics("decay_rate");
  if (variant.metrics("rate_upper").empty())
    return "No contraction rate is proved of the " + literal(variant.label) + " network. ";
  const std::vector<double> rates = variant.metrics("rate_upper");
  const bool contracts = *std::max_element(rates.begin(), rates.end()) < 1.0;
  std::string text = contracts ? "The " + literal(variant.label) +
                                     " network contracts with proved rate $\\lambda \\le$ " + format_rate(variant)
                               : "Of the " + literal(variant.label) +
                                     " network no contraction is proved: the smallest bound on its rate is " +
                                     format_rate(variant);
  if (!decay.empty()) text += "; its measured gap decays by a factor of " + format_range(decay) + " a step";
  return text + ". ";
}

/// Whether the variant without a constraint forgets as well, though nothing proves it.
std::string unconstrained_sentence(const Variant& variant) {
  const std::vector<double> measured = variant.metrics("k_measured");
  if (!measured.empty()) {
    return "The unconstrained network came within $\\varepsilon$ after " + format_range(measured) + " inputs in " +
           std::to_string(measured.size()) + " of " + seeds_in_words(variant) + ". ";
  }
  if (variant.results.front()->find_series("state_gap_max") == nullptr) return "";
  return "The unconstrained network did not come within $\\varepsilon$ at any order measured. ";
}

}  // namespace

std::string answer(const std::string& task, const std::vector<Variant>& variants) {
  const Measure measure = measure_of(of_task(variants, task));
  std::string text;
  for (const Variant& variant : variants) {
    if (variant.task != task || !variant.stable) continue;
    const Variant* partner = partner_of(variant, variants);
    text += text.empty() ? "On **" + literal(task_title(task)) + "** (" + seeds_in_words(variant) + ") " : " Further, ";
    text += partner == nullptr ? "the " + literal(variant.label) + " network reaches a " + measure.words + " of " +
                                     format_mean_sd(variant.metrics(measure.metric)) + "."
                               : loss_sentence(variant, *partner, measure);
    text += context_sentence(variant);
  }
  return text;
}

std::string details(const std::string& task, const std::vector<Variant>& variants) {
  std::string text;
  for (const Variant& variant : variants) {
    if (variant.task != task) continue;
    text += rate_sentence(variant) + (variant.stable ? bounds_sentence(variant) : unconstrained_sentence(variant));
  }
  return text;
}

}  // namespace unrecur::reports::gap

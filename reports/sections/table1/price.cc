#include "reports/sections/table1/price.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/loss_table.h"
#include "reports/results/metrics.h"
#include "reports/results/paper_cells.h"

namespace unrecur::reports::table1 {
namespace {

std::map<std::uint64_t, double> by_seed(const Variant& variant, const std::string& metric) {
  std::map<std::uint64_t, double> values;
  for (const StoredResult* r : variant.results) {
    if (const auto value = r->metric(metric)) values[r->seed] = *value;
  }
  return values;
}

/// Mean by how much `variant` is worse than `free`, over the seeds that all the variants have; nothing without one.
struct Price {
  double mean = 0.0;
  std::size_t seeds = 0;
};

Price price_of(const Variant& free, const Variant& variant, const Variant& third, const Measure& measure) {
  const auto a = by_seed(free, measure.metric), b = by_seed(variant, measure.metric),
             c = by_seed(third, measure.metric);
  Price price;
  for (const auto& [seed, value] : a) {
    if (!b.contains(seed) || !c.contains(seed)) continue;
    price.mean += (measure.less_is_better ? 1.0 : -1.0) * (b.at(seed) - value);
    ++price.seeds;
  }
  if (price.seeds > 0) price.mean /= static_cast<double>(price.seeds);
  return price;
}

std::optional<double> number_in(const StoredResult& result, const std::string& note) {
  const std::string text = text_or(result.notes, note);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// "12 %": the share of a variant's training time that went into projections, over the seeds that say.
std::string projection_share(const Variant& variant) {
  double projecting = 0.0, training = 0.0;
  for (const StoredResult* r : variant.results) {
    const auto part = number_in(*r, "projection_seconds"), whole = number_in(*r, "training_seconds");
    if (!part || !whole) continue;
    projecting += *part;
    training += *whole;
  }
  return training > 0.0 ? format_number(100.0 * projecting / training, 2) + " %" : kNothing;
}

/// The variant whose price counts as the whole: the paper's set of LSTMs, and of GRUs its analogue.
const Variant* reference_variant(const std::vector<Variant>& variants, const Variant& variant) {
  const std::string cell = text_or(variant.config(), "cell");
  const std::string set = cell == kPaperGru ? "delta_iss" : "miller_hardt";
  const auto found = std::find_if(variants.begin(), variants.end(), [&](const Variant& other) {
    return other.task == variant.task && text_or(other.config(), "cell") == cell &&
           text_or(other.config(), "stable_set") == set;
  });
  return found == variants.end() ? nullptr : &*found;
}

/// "75 %": the share of the paper's price that the variant saves.
std::string won_back(const Variant& free, const Variant& variant, const Variant* reference, const Measure& measure) {
  if (reference == nullptr || reference == &variant) return kNothing;
  const Price whole = price_of(free, *reference, variant, measure), own = price_of(free, variant, *reference, measure);
  if (own.seeds == 0 || !(whole.mean > 0.0)) return kNothing;
  return format_number(100.0 * (1.0 - own.mean / whole.mean), 3) + " %";
}

}  // namespace

Table price_table(const std::vector<Variant>& variants) {
  Table table;
  table.id = "table1-price";
  table.caption =
      "The price of stability: by how much the mean test measure is worse in a stable set than without a constraint, "
      "over paired seeds; negative prices are gains. Won back: the share of the price of the paper's set "
      "(*miller-hardt* for LSTMs, its analogue *delta-iss* for GRUs) that another set saves, over the seeds that all "
      "three variants have, where that costs something. Projecting: the share of the training time that went into "
      "projections, where the results say.";
  table.columns = {
      {"task"}, {"set"}, {"measure"}, {"seeds", true}, {"price", true}, {"won back", true}, {"projecting", true}};
  for (const Variant& variant : variants) {
    const Variant* free = variant.stable ? partner_of(variant, variants) : nullptr;
    if (free == nullptr) continue;
    const Measure measure = measure_of(of_task(variants, variant.task));
    const Price price = price_of(*free, variant, variant, measure);
    if (price.seeds == 0) continue;
    table.rows.push_back({literal(task_title(variant.task)), literal(variant.label), measure.words,
                          std::to_string(price.seeds), format_number(price.mean, 3),
                          won_back(*free, variant, reference_variant(variants, variant), measure),
                          projection_share(variant)});
  }
  return table;
}

std::string price_sentence(const std::string& task, const std::vector<Variant>& variants) {
  std::string text;
  for (const Variant& variant : variants) {
    const Variant* reference = variant.task == task && variant.stable ? reference_variant(variants, variant) : nullptr;
    const Variant* free = reference == nullptr ? nullptr : partner_of(variant, variants);
    if (free == nullptr || reference == &variant) continue;
    const std::string share = won_back(*free, variant, reference, measure_of(of_task(variants, task)));
    if (share == kNothing) continue;
    text += (text.empty() ? "Of what the paper's set costs here (*miller-hardt*; *delta-iss* for GRUs), " : ", ") +
            literal(variant.label) + " wins back " + share;
  }
  return text.empty() ? text : text + ". More than 100 % is a gain over no constraint.";
}

}  // namespace unrecur::reports::table1

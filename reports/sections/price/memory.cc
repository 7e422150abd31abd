#include <algorithm>
#include <utility>

#include "reports/blocks/statistics.h"
#include "reports/sections/price/texts.h"

namespace unrecur::reports::price {
namespace {

constexpr int kColours = 6;

/// The points (k, loss) of a variant's runs that have a proved context.
Curve points_of(const Variant& variant, const std::string& metric) {
  Curve curve;
  curve.family = variant.key;
  for (const StoredResult* result : variant.results) {
    const auto context = result->metrics.find("context"), loss = result->metrics.find(metric);
    if (context == result->metrics.end() || loss == result->metrics.end()) continue;
    curve.x.push_back(context->second);
    curve.y.push_back(loss->second);
  }
  return curve;
}

}  // namespace

Figure memory_figure(const Text& text) {
  const Measure measure = measure_of(text.variants);
  Figure figure;
  figure.id = block_id("price", slug(text.title), "memory");
  figure.title = "What memory buys: " + text.title;
  figure.caption =
      "Measured on the test part, against the number of last inputs that are proved to determine the state to within "
      "$10^{-3}$; of models without a recurrence, of those that they see. Straight lines: models without a proof, in "
      "the mean.";
  figure.x = {.label = "proved context, steps", .log = true};
  figure.y = {.label = measure.words};
  int colour = 1;
  for (const Variant* variant : text.variants) {
    const std::vector<double> losses = variant->metrics(measure.metric);
    Curve curve = points_of(*variant, measure.metric);
    if (!curve.x.empty()) {
      figure.families.push_back(
          {.key = variant->key, .label = label_in_text(*variant), .colour = colour, .points = true});
      figure.curves.push_back(std::move(curve));
      colour = colour % kColours + 1;
    } else if (!variant->stable && !losses.empty()) {
      figure.levels.push_back({.value = summarize(losses).mean, .label = label_in_text(*variant)});
    }
  }
  return figure;
}

}  // namespace unrecur::reports::price

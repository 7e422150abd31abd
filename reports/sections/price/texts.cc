#include "reports/sections/price/texts.h"

#include <algorithm>
#include <cstdlib>

#include "reports/blocks/statistics.h"
#include "reports/results/paper_cells.h"

namespace unrecur::reports::price {
namespace {

constexpr const char* kCappedStack = "qrnn-4";

std::string model_of(const Variant& variant) {
  return text_or(variant.config(), "model");
}

}  // namespace

std::vector<Text> texts_of(const std::vector<Variant>& variants) {
  std::vector<Text> texts;
  for (const Variant& variant : variants) {
    const std::string title = text_title(variant);
    const auto known = std::ranges::find(texts, title, &Text::title);
    if (known == texts.end()) {
      texts.push_back({title, on_whole_text(variant), {&variant}});
    } else {
      known->variants.push_back(&variant);
    }
  }
  return texts;
}

const Variant* capped_stack(const Text& text, double cap) {
  for (const Variant* variant : text.variants) {
    const double own = std::strtod(text_or(variant->config(), "cap", "1").c_str(), nullptr);
    if (variant->stable && model_of(*variant) == kCappedStack && own == cap) return variant;
  }
  return nullptr;
}

const Variant* best_unconstrained_lstm(const Text& text) {
  const Measure measure = measure_of(text.variants);
  const std::string valid = "valid" + measure.metric.substr(measure.metric.find('_'));
  const Variant* best = nullptr;
  double least = 0.0;
  for (const Variant* variant : text.variants) {
    const std::vector<double> values = variant->metrics(valid);
    if (variant->stable || !model_of(*variant).starts_with(kPaperLstm) || values.empty()) continue;
    const double mean = summarize(values).mean;
    if (best != nullptr && mean >= least) continue;
    best = variant;
    least = mean;
  }
  return best;
}

}  // namespace unrecur::reports::price

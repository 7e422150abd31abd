#include "reports/check/layer_chapter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/blocks/numbers.h"
#include "reports/blocks/rates.h"
#include "reports/check/witness_figure.h"
#include "reports/check/words.h"

namespace unrecur::reports {
namespace {

constexpr int colours = 6;

/// Of a layer that is alone the summary has said the verdict.
std::string prose_of(const CheckedLayer& layer, bool alone, double epsilon) {
  std::string text;
  if (!alone) {
    text = literal(context_sentence(layer.context, epsilon, "the layer"));
    if (!text.empty()) text += "\n\n";
    text += verdict_markup(layer.verdict) + ". " + sentence(shown(layer.answer));
    if (const std::string rate = rate_sentence(layer); !rate.empty()) text += " " + rate;
    text += "\n\n";
  }
  if (!alone && layer.context.measured) {
    text += sentence(literal(measured_words(layer.context, epsilon))) + "\n\n";
  }
  text += shown(layer.description) + ".";
  if (!layer.context.note.empty()) text += " " + sentence(shown(layer.context.note));
  const bool said = std::find(layer.help.begin(), layer.help.end(), layer.note) != layer.help.end();
  if (!layer.note.empty() && !said) text += " " + sentence(shown(layer.note));
  if (!layer.domain.empty()) text += "\n\nThe upper bounds hold for " + shown(layer.domain) + ".";
  return text;
}

RateTable bracket(const CheckedLayer& layer, const std::string& id) {
  return {"bracket-" + id,
          "The bracket: where the rate of the best norm is proved to lie.",
          {{"bracket"}, {"at least", true}, {"at most", true}},
          {{"proved",
            "",
            layer.lower,
            layer.upper,
            true,
            {rate_cell(layer.lower, Kind::lower), rate_cell(layer.upper, Kind::upper)}}}};
}

RateTable ladder(const CheckedLayer& layer, const std::string& id) {
  RateTable table{
      "ladder-" + id,
      "The ladder: each bar is where the rate can lie as far as this method knows. Blue: upper bounds, orange: "
      "lower bounds; solid: proved, dashed and hollow: floating.",
      {{"method"}, {"side"}, {"rigour"}, {"rate", true}, {"seconds", true}, {"norm"}},
      {}};
  for (const CheckedBound& bound : layer.bounds) {
    const bool upper = bound.side == Kind::upper;
    table.rows.push_back({"`" + bound.method + "`",
                          "",
                          upper ? std::nullopt : bound.rate,
                          upper ? bound.rate : std::nullopt,
                          bound.proved,
                          {upper ? "upper" : "lower",
                           !bound.rate    ? kNothing
                           : bound.proved ? "proved"
                                          : "floating",
                           rate_cell(bound.rate, bound.side), format_decimals(bound.seconds, 4), shown(bound.norm)},
                          shown(bound.note)});
  }
  return table;
}

Table gates(const CheckedLayer& layer, const std::string& id) {
  Table table{"gates-" + id,
              "The recurrent matrix of each gate: its spectral and its infinity norm, the largest value that the gate "
              "can take, what it can add to a rate in the infinity norm, and the units whose rows do most.",
              {{"gate"}, {"‖R‖₂", true}, {"‖R‖∞", true}, {"value up to", true}, {"adds up to", true}, {"units"}},
              {}};
  for (const CheckedGate& gate : layer.gates) {
    std::string units;
    for (const long long unit : gate.rows) units += (units.empty() ? "" : ", ") + std::to_string(unit);
    table.rows.push_back({shown(gate.name), format_number(gate.spectral_norm, 6), format_number(gate.inf_norm, 6),
                          rate_cell(gate.value, Kind::upper), gate.adds ? format_upper(*gate.adds) : kNothing, units});
  }
  return table;
}

Figure context(const CheckedLayer& layer, const std::string& id, double epsilon) {
  const std::string observed = layer.context.of == "states" ? "the recurrent state and that" : "the outputs and those";
  Figure figure{
      .id = "context-" + id,
      .title = "Context that is enough for an error",
      .caption = "$k(\\varepsilon)$ of each certificate with a rate below 1: " + observed +
                 " of a "
                 "model which sees the last $k$ inputs only differ by at most $\\varepsilon$. Each curve is an "
                 "upper bound; the lowest is what counts.",
      .x = {"error ε", true},
      .y = {"steps of context k", false},
      .families = {},
      .curves = {},
      .levels = {{'x', epsilon, "ε = " + format_number(epsilon), 0}},
      .wide = true};
  for (std::size_t i = 0; i < layer.curves.size() && i < colours; ++i) {
    const ContextCurve& curve = layer.curves[i];
    figure.families.push_back(
        {curve.method, fmt::format("{} (upper bound, rate {})", curve.method, format_rate(curve.rate, Kind::upper)),
         Kind::upper, static_cast<int>(i) + 1, false});
    figure.curves.push_back({curve.method, std::nullopt, curve.epsilon, curve.k});
  }
  return figure;
}

/// Prose and a figure of what the data shows, beside what is proved.
void add_estimates(std::vector<Block>& blocks, const CheckedLayer& layer, const std::string& id) {
  if (!layer.estimates) return;
  const CheckedEstimates& e = *layer.estimates;
  blocks.push_back(Heading{"Estimates along data"});
  std::string text = "Along the inputs of " + shown(e.source) + ". These are estimates: they bound nothing.";
  if (e.lyapunov_max) {
    text += fmt::format(" The largest Lyapunov exponent is {} nats a step over {} steps, $e^{{\\lambda_1}}$ = {}",
                        format_number(*e.lyapunov_max), e.steps, format_number(std::exp(*e.lyapunov_max)));
    if (e.lyapunov_interval) {
      text += fmt::format(" (95 %: {} to {})", format_number(std::exp(e.lyapunov_interval->first)),
                          format_number(std::exp(e.lyapunov_interval->second)));
    }
    text += ".";
  }
  if (e.ascent_gain) {
    text += " The largest ratio of distances after and before one step that gradient ascent found is " +
            format_number(*e.ascent_gain) + ".";
  }
  blocks.push_back(Prose{text});
  if (e.orders.size() < 2) return;
  Figure figure{.id = "gains-" + id,
                .title = "Gain a step over k steps",
                .caption =
                    "$g_k^{1/k}$, where $g_k$ is the largest factor by which a small change of the state was seen "
                    "to grow in $k$ steps.",
                .x = {"steps k", true},
                .y = {"gain a step", false},
                .families = {{"gain", "k-step gain", Kind::estimate, 4, false}},
                .curves = {{"gain", std::nullopt, {e.orders.begin(), e.orders.end()}, e.roots}},
                .levels = {{'y', 1.0, "1", 0}},
                .wide = true};
  if (e.lyapunov_max) figure.levels.push_back({'y', std::exp(*e.lyapunov_max), "exp of the Lyapunov exponent", 3});
  blocks.push_back(std::move(figure));
}

void add_list(std::vector<Block>& blocks, const char* title, const std::vector<std::string>& items) {
  if (items.empty()) return;
  blocks.push_back(Heading{title});
  std::string text;
  for (const std::string& item : items) text += sentence(help_markup(item)) + "\n\n";
  blocks.push_back(Prose{text});
}

}  // namespace

std::string layer_anchor(std::size_t i) {
  return "layer-" + std::to_string(i + 1);
}

Chapter layer_chapter(const CheckedLayer& layer, std::size_t i, bool alone, double epsilon) {
  const std::string id = std::to_string(i + 1);
  Chapter chapter{layer_anchor(i), shown(layer.name), {}};
  std::vector<Block>& blocks = chapter.blocks;
  blocks.push_back(Prose{prose_of(layer, alone, epsilon)});
  if (layer.lower || layer.upper) blocks.push_back(bracket(layer, id));
  add_list(blocks, "What keeps the rate up", layer.limits);
  if (!layer.gates.empty()) blocks.push_back(gates(layer, id));
  add_list(blocks, "What would help", layer.help);
  if (!layer.bounds.empty()) {
    blocks.push_back(Heading{"The ladder"});
    blocks.push_back(ladder(layer, id));
  }
  add_estimates(blocks, layer, id);
  if (!layer.curves.empty()) blocks.push_back(context(layer, id, epsilon));
  if (auto figure = witness_figure(layer.witness, id, layer.context, epsilon)) blocks.push_back(std::move(*figure));
  return chapter;
}

}  // namespace unrecur::reports

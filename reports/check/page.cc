#include "reports/check/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/file_bytes.h"
#include "reports/blocks/numbers.h"
#include "reports/check/layer_chapter.h"
#include "reports/check/witness_figure.h"
#include "reports/check/words.h"
#include "reports/html/page.h"

namespace unrecur::reports {
namespace {

constexpr std::size_t most_layers_in_contents = 8;

std::string or_nothing(const std::string& cell) {
  return cell.empty() ? kNothing : cell;
}

Chapter overview(const CheckedModel& model) {
  RateTable table{"layers",
                  "Steps of context that each layer is proved to need, and that are proved to be enough; and what is "
                  "proved of its rate, which lies on the bar. Left of 1 the layer forgets.",
                  {{"layer"},
                   {"verdict"},
                   {"cell"},
                   {"units", true},
                   {"needs steps", true},
                   {"enough", true},
                   {"rate at least", true},
                   {"at most", true},
                   {"limited by"}},
                  {}};
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const CheckedLayer& layer = model.layers[i];
    const bool decided = layer.verdict != "undecided";
    table.rows.push_back(
        {shown(layer.name),
         layer_anchor(i),
         layer.lower,
         layer.upper,
         true,
         {decided ? verdict_markup(layer.verdict) : layer.verdict, shown(layer.cell), std::to_string(layer.state_size),
          or_nothing(needed_cell(layer.context)), or_nothing(enough_cell(layer.context)),
          rate_cell(layer.lower, Kind::lower), rate_cell(layer.upper, Kind::upper), shown(layer.limited_by)}});
  }
  return {"layers", "Layers", {std::move(table)}};
}

/// Help that several layers share is said once.
std::vector<std::string> common_help(const CheckedModel& model) {
  std::vector<std::string> common;
  for (const CheckedLayer& layer : model.layers) {
    for (const std::string& help : layer.help) {
      if (std::find(common.begin(), common.end(), help) == common.end()) common.push_back(help);
    }
  }
  return common;
}

std::vector<std::string> answers(const CheckedModel& model) {
  const bool alone = model.layers.size() == 1;
  std::vector<std::string> lines;
  for (const std::string& steps : {context_sentence(model.context, model.epsilon, alone ? "the layer" : "the model"),
                                   sentence(measured_words(model.context, model.epsilon))}) {
    if (!steps.empty()) lines.push_back(literal(steps));
  }
  lines.push_back(verdict_markup(model.verdict) + ". " + literal(verdict_sentence(model)));
  if (alone) {
    lines.back() = verdict_markup(model.verdict) + ". " + sentence(shown(model.layers[0].answer));
    if (const std::string rate = rate_sentence(model.layers[0]); !rate.empty()) lines.push_back(rate);
  }
  constexpr std::size_t most = 4;
  const std::vector<std::string> help = common_help(model);
  if (model.layers.size() > 1 && help.size() <= most) {
    for (const std::string& item : help) lines.push_back("What would help: " + help_markup(item) + ".");
  }
  return lines;
}

/// What is proved of all layers of a path together, and of none alone; nothing where there is no witness of that.
std::optional<Chapter> whole_chapter(const CheckedModel& model) {
  auto figure = witness_figure(model.witness, "whole", model.context, model.epsilon);
  if (!figure) return std::nullopt;
  const std::string words = context_sentence(model.context, model.epsilon, "the model");
  return Chapter{
      "together",
      "All layers together",
      {Prose{literal(words) + " That is about " +
             (model.context.of == "states" ? "the states of all layers" : "what the last layer gives") +
             ". Layers read the model's inputs one through the other, and together may remember what none of "
             "them does alone."},
       std::move(*figure)}};
}

Chapter file_chapter(const CheckedModel& model) {
  Table file = file_table(model.path, model.sha256, model.format);
  file.rows.push_back({"recurrent layers", std::to_string(model.layers.size())});
  Table layers{"layer-facts",
               "The layers as they were read: ‖R‖₂ is the spectral norm of all recurrent matrices of the layer on top "
               "of each other.",
               {{"layer"}, {"description"}, {"tensors"}, {"‖R‖₂", true}},
               {}};
  for (const CheckedLayer& layer : model.layers) {
    std::string tensors;
    for (const std::string& tensor : layer.tensors) tensors += (tensors.empty() ? "" : ", ") + tensor;
    layers.rows.push_back(
        {shown(layer.name), shown(layer.description), shown(tensors), format_number(layer.recurrent_norm, 8)});
  }
  return {"file-facts", "The file", {std::move(file), std::move(layers)}};
}

Chapter legend() {
  return {
      "how-to-read",
      "How to read this page",
      {Prose{"**Rate.** A layer is a map from a state and an input to the next state. Its contraction rate $\\lambda$ "
             "in a norm is the largest factor by which one step can stretch the distance between two states under "
             "the same input. Below 1 every difference dies out: the layer forgets where it began.\n\n"
             "**Upper and lower.** An upper bound holds in the norm that is named beside it: the rate there is at "
             "most that. A lower bound holds in every norm: no norm can give less. A layer is *proved* where a "
             "proved upper bound is below 1, *refuted* where a proved lower bound is 1 or more, and *undecided* "
             "otherwise. Undecided says nothing about the layer, only about the proofs that were tried.\n\n"
             "**Proved and floating.** Proved bounds hold in exact arithmetic for the weights as they are stored, "
             "rounding of the computation included. Floating ones were computed in double precision, guide a search "
             "and decide nothing.\n\n"
             "**Context.** $k(\\varepsilon)$ steps of context are enough: a model that sees only the last "
             "$k(\\varepsilon)$ inputs has a state at most $\\varepsilon$ away, in the Euclidean norm, from that of "
             "the recurrent one, at any time and for any inputs of the domain; where the error is asked of outputs, "
             "these are. A *witness* answers from below: two "
             "admissible input sequences that end in the same $k$ inputs and leave the states more than "
             "$2\\varepsilon$ apart, so nothing that sees $k$ inputs only is within $\\varepsilon$ of both. A layer is "
             "*bistable* where one input, repeated for ever, keeps two states apart: then no $k$ is enough."}}};
}

}  // namespace

Document check_document(const CheckedModel& model) {
  Document document;
  document.title = printable("Does " + file_name_of(model.path) + " forget?");
  document.subtitle = "Answered by unrecur check";
  document.answers = answers(model);
  if (model.layers.size() > 1) document.chapters.push_back(overview(model));
  if (auto whole = whole_chapter(model)) document.chapters.push_back(std::move(*whole));
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    document.chapters.push_back(layer_chapter(model.layers[i], i, model.layers.size() == 1, model.epsilon));
    document.chapters.back().in_contents = model.layers.size() <= most_layers_in_contents;
  }
  document.chapters.push_back(file_chapter(model));
  document.chapters.push_back(legend());
  return document;
}

void write_check_page(const CheckedModel& model, const std::filesystem::path& path) {
  write_atomically(path, html_page(check_document(model)));
}

}  // namespace unrecur::reports

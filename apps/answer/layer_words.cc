#include "apps/answer/layer_words.h"

#include <fmt/format.h>

#include "theory/check/checkable.h"

namespace unrecur {

std::string format_choice(const LayerChoice& choice, Dialect dialect) {
  std::string words;
  const auto add = [&](const char* field, const std::string& value) {
    words += (dialect == Dialect::python ? ", " : " ") + option_words(dialect, field, value);
  };
  const auto add_text = [&](const char* field, const std::optional<std::string>& text) {
    if (text) add(field, text_value(dialect, *text));
  };
  add_text("layer", choice.layer);
  add_text("kind", choice.kind);
  add_text("convention", choice.convention);
  add_text("state", choice.state);
  if (choice.alpha) add("alpha", fmt::format("{:g}", *choice.alpha));
  return words;
}

std::string format_layer(const RecurrentLayer& layer) {
  std::string text = layer.cell;
  std::string details;
  for (const auto& [name, value] : layer.attributes) {
    if (name == "recurrent_bias" || (name == "leak" && value == "1")) continue;
    details += (details.empty() ? "" : ", ") + name + " " + value;
  }
  if (!details.empty()) text += " (" + details + ")";
  text += fmt::format(" layer, {} units", layer.state_size);
  const Index inputs = input_size_of(layer);
  if (inputs > 0) text += fmt::format(", {} inputs", inputs);
  if (layer.direction != "forward") text += ", " + layer.direction;
  return text;
}

std::string format_question(const RecurrentLayer& layer, Dialect dialect) {
  if (layer.open.empty()) return {};
  const std::string& what = layer.open.front();
  const auto convention = [&](const std::vector<std::string>& words) {
    return "give " + alternatives(dialect, "convention", words);
  };
  if (what == "activation") {
    return "the file does not say the activation: " + convention({"tanh", "relu", "sigmoid", "identity"});
  }
  if (what == "reset") {
    return "the file does not say where the reset gate acts: " + convention({"reset-before", "reset-after"});
  }
  if (what == "leak") {
    return "the file does not store the leak: give " + option_words(dialect, "alpha", "A") + ", with 0 < A <= 1";
  }
  if (what == "gates") {
    return "the file does not name the gates' function, and Keras has had two defaults: " + convention({"sigmoid"}) +
           " where it is the logistic function, " + text_value(dialect, "hard-sigmoid-keras2") + " or " +
           text_value(dialect, "hard-sigmoid-keras3") + " where it is piecewise linear";
  }
  if (what == "hard_sigmoid") {
    return format_open(layer) + ": " + convention({"hard-sigmoid-keras2", "hard-sigmoid-keras3"});
  }
  return format_open(layer);
}

std::string format_remark(const RecurrentLayer& layer, Dialect dialect) {
  if (!layer.obstacle.empty()) return layer.obstacle;
  if (!layer.open.empty()) return format_question(layer, dialect);
  if (!checkable(layer)) return layer.note + ", and nothing bounds gates whose input weights are not known";
  return layer.note;
}

}  // namespace unrecur

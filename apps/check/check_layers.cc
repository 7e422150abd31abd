#include "apps/check/check_layers.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/arrays/product.h"

namespace unrecur {

void add_layer_options(CommandLine& line) {
  line.option("layer", "NAME", "only this layer, the layers of this module, or (with --kind) this matrix");
  line.option("kind", "KIND", "only layers of this kind: elman, linear, gru or lstm; what a matrix is");
  line.option("convention", "NAME", "what the file leaves open: tanh, relu, sigmoid, reset-before, reset-after, ...");
  line.option("state", "COLUMNS", "of a matrix over inputs and state: which columns are the state, last:N or first:N");
  line.option("alpha", "A", "leak of an elman layer, h' = (1 - A) h + A f(...)");
}

LayerChoice choice_of(const CommandLine& line) {
  return {.layer = line.text("layer"),
          .kind = line.text("kind"),
          .convention = line.text("convention"),
          .state = line.text("state"),
          .alpha = line.number("alpha", 1e-300, 1.0)};
}

std::string format_choice(const LayerChoice& choice) {
  std::string words;
  const auto add = [&](const char* name, const std::string& value) {
    const bool plain = value.find_first_of(" '\"\\$`*?!&|;<>()[]{}#~\t\n") == value.npos;
    words += fmt::format(" --{} {}", name, plain && !value.empty() ? value : "...");
  };
  if (choice.layer) add("layer", *choice.layer);
  if (choice.kind) add("kind", *choice.kind);
  if (choice.convention) add("convention", *choice.convention);
  if (choice.state) add("state", *choice.state);
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

std::string format_question(const RecurrentLayer& layer) {
  if (layer.open.empty()) return {};
  const std::string& what = layer.open.front();
  if (what == "activation") {
    return "the file does not say the activation: give --convention tanh, relu, sigmoid or identity";
  }
  if (what == "reset") {
    return "the file does not say where the reset gate acts: give --convention reset-before or reset-after";
  }
  if (what == "leak") return "the file does not store the leak: give --alpha A, with 0 < A <= 1";
  if (what == "gates") {
    return "the file does not name the gates' function, and Keras has had two defaults: give --convention sigmoid "
           "where it is the logistic function, hard-sigmoid-keras2 or hard-sigmoid-keras3 where it is piecewise linear";
  }
  if (what == "hard_sigmoid") {
    return format_open(layer) + ": give --convention hard-sigmoid-keras2 or hard-sigmoid-keras3";
  }
  return format_open(layer);
}

std::string format_remark(const RecurrentLayer& layer) {
  if (!layer.obstacle.empty()) return layer.obstacle;
  if (!layer.open.empty()) return format_question(layer);
  if (!checkable(layer)) return layer.note + ", and nothing bounds gates whose input weights are not known";
  return layer.note;
}

void fit_threads(std::span<const RecurrentLayer> layers) {
  const auto is_small = [](const RecurrentLayer& layer) { return layer.state_size < kSmallState; };
  if (std::ranges::all_of(layers, is_small)) set_product_threads(1);
}

}  // namespace unrecur

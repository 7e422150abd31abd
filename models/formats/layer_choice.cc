#include "models/formats/layer_choice.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/errors.h"
#include "base/named.h"
#include "models/formats/layer_path.h"
#include "models/formats/shared/named_function.h"
#include "models/formats/tensor_layer.h"
#include "models/layers/attributes.h"

namespace unrecur {
namespace {

const std::vector<std::string> kinds = {"elman", "linear", "gru", "lstm"};

/// What the words of a convention say, by the names that RecurrentLayer::open uses.
using Answers = Attributes;

bool is_activation(const std::string& word) {
  return word == "tanh" || word == "relu" || word == "sigmoid" || word == "identity";
}

double leak_of(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0.0 && value <= 1.0)) {
    throw OptionError("convention", "alpha: expected a number above 0 and at most 1, found '" + text + "'");
  }
  return value;
}

void add_word(const std::string& word, Answers& answers) {
  if (is_activation(word)) {
    answers["activation"] = word;
    if (word == "sigmoid") answers["gates"] = word;
  } else if (word == "hard-sigmoid-keras2" || word == "hard-sigmoid-keras3") {
    answers["hard_sigmoid"] = answers["gates"] =
        decimal(word.ends_with("2") ? kHardSigmoidSlope : kHardSigmoidSlopeOfKeras3);
  } else if (word.starts_with("leaky-") && is_activation(word.substr(6))) {
    answers["activation"] = word.substr(6);
  } else if (word == "reset-before" || word == "reset-after") {
    answers["reset"] = word.substr(6);
  } else if (word.starts_with("alpha=")) {
    answers["leak"] = decimal(leak_of(word.substr(6)));
  } else {
    throw OptionError(
        "convention",
        "unknown word '" + word +
            "': known are tanh, relu, sigmoid, identity, leaky-tanh, leaky-relu, reset-before, reset-after, "
            "hard-sigmoid-keras2, hard-sigmoid-keras3, alpha=A");
  }
}

Answers answers_of(const LayerChoice& choice) {
  Answers answers;
  std::istringstream words(choice.convention.value_or(""));
  for (std::string word; std::getline(words, word, ',');) add_word(word, answers);
  if (choice.alpha) answers["leak"] = decimal(*choice.alpha);
  return answers;
}

/// Whether an answer speaks of this kind of layer at all.
bool concerns(const std::string& what, const RecurrentLayer& layer) {
  if (what == "activation" || what == "leak") return layer.cell == "elman";
  if (what == "reset") return layer.cell == "gru";
  return false;
}

/// "sigmoid", or the slope of a hard sigmoid.
void set_gates(RecurrentLayer& layer, const std::string& answer) {
  if (answer == "sigmoid") return;
  const std::string role = layer.cell == "elman" ? "activation" : "gates";
  layer.attributes[role] = "hard_sigmoid";
  layer.attributes[role + "_slope"] = answer;
}

/// Fills in what is open; an answer to what the file has already said must say the same.
void settle(RecurrentLayer& layer, const Answers& answers) {
  std::erase_if(layer.open, [&](const std::string& what) {
    const auto answer = answers.find(what);
    if (answer == answers.end()) return false;
    if (what == "gates" || what == "hard_sigmoid") {
      set_gates(layer, answer->second);
    } else {
      layer.attributes[what] = answer->second;
    }
    return true;
  });
  for (const auto& [what, value] : answers) {
    if (!concerns(what, layer)) continue;
    const auto known = layer.attributes.find(what);
    if (known == layer.attributes.end() && what == "leak") {
      layer.attributes[what] = value;
    } else if (known != layer.attributes.end() && known->second != value) {
      throw UsageError("layer '" + layer.name + "': the file says " + what + " = " + known->second +
                       ", the convention given says " + value);
    }
  }
}

bool names(const std::string& name, const RecurrentLayer& layer) {
  return is_name_of(name, layer.name) ||
         std::any_of(layer.sources.begin(), layer.sources.end(),
                     [&](const std::string& source) { return is_name_of(name, source); });
}

[[noreturn]] void no_layer(const RecurrentModel& model) {
  constexpr std::size_t most = 12;
  std::vector<std::string> square;
  for (const StoredTensor& t : model.tensors) {
    if (t.shape.size() != 2 || t.shape[0] != t.shape[1] || t.shape[0] < 2) continue;
    if (square.size() == most) {
      square.back() = "...";
      break;
    }
    square.push_back(t.name + " (" + std::to_string(t.shape[0]) + " x " + std::to_string(t.shape[0]) + ")");
  }
  throw FileError({model.file, "", "expected a recurrent layer, found none in this " + model.format + " file",
                   square.empty() ? "only recurrent models can be checked"
                                  : "where a square matrix carries a recurrence, choose it by its name and say its "
                                    "kind, linear or elman; there are: " +
                                        join_names(square),
                   square.empty() ? std::vector<std::string>{} : std::vector<std::string>{"layer", "kind"}});
}

std::vector<std::string> names_of(const std::vector<RecurrentLayer>& layers) {
  std::vector<std::string> result;
  for (const RecurrentLayer& layer : layers) result.push_back(layer.name);
  return result;
}

[[noreturn]] void no_such_layer(const RecurrentModel& model, const LayerChoice& choice) {
  throw OptionError("layer", "no layer '" + *choice.layer + "'" + (choice.kind ? " of kind " + *choice.kind : "") +
                                 (model.layers.empty() ? "" : "; there are " + join_names(names_of(model.layers))));
}

std::vector<RecurrentLayer> matching(const RecurrentModel& model, const LayerChoice& choice) {
  std::vector<RecurrentLayer> found;
  for (const RecurrentLayer& layer : model.layers) {
    const bool named = !choice.layer || names(*choice.layer, layer);
    if (named && (!choice.kind || layer.cell == *choice.kind)) found.push_back(layer);
  }
  // A full name means that layer alone, even where others begin with it.
  const auto exact =
      std::find_if(found.begin(), found.end(), [&](const RecurrentLayer& l) { return l.name == choice.layer; });
  if (exact != found.end()) return {*exact};
  if (!found.empty()) return found;
  if (choice.layer && choice.kind) {
    if (const StoredTensor* tensor = tensor_called(model, *choice.layer)) {
      return {layer_from_tensor(*tensor, choice, model)};
    }
  }
  if (!choice.layer && choice.kind && model.layers.empty() && model.tensors.size() == 1) {
    return {layer_from_tensor(model.tensors.front(), choice, model)};
  }
  return {};
}

/// The layers that any of the names means which a name of several consists of, in the order of the file.
std::vector<RecurrentLayer> matching_parts(const RecurrentModel& model, const LayerChoice& choice) {
  std::vector<bool> meant(model.layers.size(), false);
  for (const std::string& name : names_joined_in(*choice.layer)) {
    LayerChoice part = choice;
    part.layer = name;
    bool any = false;
    for (const RecurrentLayer& layer : matching(model, part)) {
      for (std::size_t i = 0; i < meant.size(); ++i) {
        if (model.layers[i].name == layer.name) any = meant[i] = true;
      }
    }
    if (!any) no_such_layer(model, part);
  }
  std::vector<RecurrentLayer> found;
  for (std::size_t i = 0; i < meant.size(); ++i) {
    if (meant[i]) found.push_back(model.layers[i]);
  }
  return found;
}

}  // namespace

std::vector<RecurrentLayer> choose_layers(const RecurrentModel& model, const LayerChoice& choice) {
  if (choice.kind && std::find(kinds.begin(), kinds.end(), *choice.kind) == kinds.end()) {
    throw OptionError("kind", "unknown cell '" + *choice.kind + "': known are " + join_names(kinds));
  }
  const Answers answers = answers_of(choice);
  if (choice.state && !choice.kind) throw UsageError("state: say too what kind of layer the matrix makes");
  std::vector<RecurrentLayer> layers = matching(model, choice);
  const bool several = choice.layer && choice.layer->find(kJoined) != std::string::npos;
  if (layers.empty() && several) layers = matching_parts(model, choice);
  if (layers.empty() && choice.layer) {
    if (tensor_called(model, *choice.layer) != nullptr && !choice.kind) {
      throw OptionError("kind", *choice.layer + " names a matrix: say what it carries, linear, elman, gru or lstm");
    }
    if (!model.layers.empty() || tensor_called(model, *choice.layer) == nullptr) {
      no_such_layer(model, choice);
    }
  }
  if (layers.empty() && choice.kind && !model.layers.empty()) {
    throw OptionError("kind", "no " + *choice.kind + " layer; there are " + join_names(names_of(model.layers)));
  }
  if (layers.empty()) no_layer(model);
  for (RecurrentLayer& layer : layers) settle(layer, answers);
  return layers;
}

}  // namespace unrecur

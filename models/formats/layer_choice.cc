#include "models/formats/layer_choice.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/errors.h"
#include "base/named.h"
#include "models/formats/shared/named_function.h"
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

/// Whether `name` is `whole`, or a run of its parts between dots (or slashes) at one of its ends.
bool names(const std::string& name, const std::string& whole) {
  if (name == whole) return true;
  if (name.empty() || name.size() >= whole.size()) return false;
  const auto is_break = [](char c) { return c == '.' || c == '/'; };
  if (whole.starts_with(name) && is_break(whole[name.size()])) return true;
  return whole.ends_with(name) && is_break(whole[whole.size() - name.size() - 1]);
}

bool names(const std::string& name, const RecurrentLayer& layer) {
  return names(name, layer.name) || std::any_of(layer.sources.begin(), layer.sources.end(),
                                                [&](const std::string& source) { return names(name, source); });
}

const StoredTensor* tensor_called(const RecurrentModel& model, const std::string& name) {
  if (const StoredTensor* exact = find_tensor(model.tensors, name)) return exact;
  const StoredTensor* found = nullptr;
  // The module of a weight and a bias means the weight.
  for (const StoredTensor& t : model.tensors) {
    if (names(name + ".weight", t.name) && t.shape.size() == 2) {
      if (found != nullptr) throw OptionError("layer", "'" + name + "' means both " + found->name + " and " + t.name);
      found = &t;
    }
  }
  if (found != nullptr) return found;
  for (const StoredTensor& t : model.tensors) {
    if (!names(name, t.name) && !names(name + ".weight", t.name)) continue;
    if (found != nullptr) throw OptionError("layer", "'" + name + "' means both " + found->name + " and " + t.name);
    found = &t;
  }
  return found;
}

/// Columns of the state in a matrix over inputs and state: "last:N", "first:N".
struct StateColumns {
  bool last = false;
  Index count = 0;
};

StateColumns state_columns(const std::string& text) {
  StateColumns columns{text.starts_with("last:"), 0};
  const std::string digits = text.substr(std::min(text.size(), text.find(':') + 1));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), columns.count);
  const bool good = (columns.last || text.starts_with("first:")) && error == std::errc() &&
                    end == digits.data() + digits.size() && columns.count > 0;
  if (!good) throw UsageError("state: expected last:N or first:N columns, N at least 1, found '" + text + "'");
  return columns;
}

/// The matrix of a layer over inputs and state taken apart, with the bias beside it.
void split_columns(const StoredTensor& tensor, const std::string& state, const RecurrentModel& model,
                   RecurrentLayer& layer) {
  const auto [last, n] = state_columns(state);
  const Matrix<double> both = layer.recurrent;
  if (n >= both.cols()) {
    throw UsageError("state: expected fewer than the " + std::to_string(both.cols()) + " columns of " + tensor.name +
                     ", found " + std::to_string(n));
  }
  const Index m = both.cols() - n;
  layer.recurrent = last ? both.rightCols(n) : both.leftCols(n);
  layer.input = last ? both.leftCols(m) : both.rightCols(m);
  layer.note = "inputs and state of a matrix chosen by hand";
  const std::string end = ".weight";
  if (!tensor.name.ends_with(end)) return;
  const StoredTensor* bias =
      find_tensor(model.tensors, tensor.name.substr(0, tensor.name.size() - end.size()) + ".bias");
  if (bias == nullptr || bias->shape != std::vector<std::int64_t>{both.rows()}) return;
  layer.input_bias = load_column(*bias, model.file);
  layer.sources.push_back(bias->name);
}

RecurrentLayer layer_from_tensor(const StoredTensor& tensor, const LayerChoice& choice, const RecurrentModel& model) {
  const std::string &kind = *choice.kind, &file = model.file;
  RecurrentLayer layer;
  layer.name = tensor.name;
  layer.cell = kind;
  layer.recurrent = load_matrix(tensor, file);
  layer.sources = {tensor.name};
  layer.note = "a matrix chosen by hand: nothing is known of inputs and biases";
  if (choice.state) split_columns(tensor, *choice.state, model, layer);
  const Index gates = kind == "lstm" ? 4 : (kind == "gru" ? 3 : 1), n = layer.recurrent.cols();
  if (layer.recurrent.rows() != gates * n) {
    throw OptionError("layer", tensor.name + " as " + kind + ": expected a matrix of " +
                                   (gates == 1 ? std::string("n") : std::to_string(gates) + "n") + " x n, found " +
                                   std::to_string(layer.recurrent.rows()) + " x " + std::to_string(n));
  }
  layer.state_size = n;
  if (kind == "elman") layer.open = {"activation"};
  if (kind == "gru") layer.open = {"reset"};
  return layer;
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

}  // namespace

std::vector<RecurrentLayer> choose_layers(const RecurrentModel& model, const LayerChoice& choice) {
  if (choice.kind && std::find(kinds.begin(), kinds.end(), *choice.kind) == kinds.end()) {
    throw OptionError("kind", "unknown cell '" + *choice.kind + "': known are " + join_names(kinds));
  }
  const Answers answers = answers_of(choice);
  if (choice.state && !choice.kind) throw UsageError("state: say too what kind of layer the matrix makes");
  std::vector<RecurrentLayer> layers = matching(model, choice);
  if (layers.empty() && choice.layer) {
    if (tensor_called(model, *choice.layer) != nullptr && !choice.kind) {
      throw OptionError("kind", *choice.layer + " names a matrix: say what it carries, linear, elman, gru or lstm");
    }
    if (!model.layers.empty() || tensor_called(model, *choice.layer) == nullptr) {
      throw OptionError("layer", "no layer '" + *choice.layer + "'" + (choice.kind ? " of kind " + *choice.kind : "") +
                                     (model.layers.empty() ? "" : "; there are " + join_names(names_of(model.layers))));
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

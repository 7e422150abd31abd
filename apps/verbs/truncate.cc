// How far a model is from its truncations on the user's inputs.

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/answer/sequences/truncate_model.h"
#include "apps/check/asked_recurrence.h"
#include "apps/check/check_layers.h"
#include "apps/cli/command_line.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "base/json_text.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/read_model.h"

namespace unrecur::registry::verbs {
namespace {

using nlohmann::json;

json json_of(const Truncation& found) {
  json orders = json::array();
  for (std::size_t i = 0; i < found.gap.state_max.size(); ++i) {
    const Index k = static_cast<Index>(i) + 1;
    const auto& bound = found.bounds.sharpest_bound;
    orders.push_back({{"k", k},
                      {"state_gap_max", found.gap.state_max[i]},
                      {"state_gap_mean", found.gap.state_mean[i]},
                      {"output_gap_max", found.gap.output_max[i]},
                      {"bound", bound ? json(bound->at(k).value) : json()}});
  }
  return {{"schema", "unrecur.truncate/1"},
          {"epsilon", found.epsilon},
          {"k_promised", or_null(found.k_promised)},
          {"k_measured", or_null(found.k_measured)},
          {"rate_upper", found.bounds.rate() ? json(found.bounds.rate()->value) : json()},
          {"orders", orders}};
}

/// An upper bound to six digits, rounded up: what is printed is one too.
std::string bound_text(const json& bound) {
  constexpr double half_a_digit = 5e-6;
  return bound.is_null() ? "none" : fmt::format("{:.6g}", bound.get<double>() * (1.0 + 1.01 * half_a_digit));
}

void print(const json& document) {
  fmt::print("{:>5} {:>14} {:>14} {:>14} {:>14}\n", "k", "largest gap", "mean gap", "output gap", "proved bound");
  for (const json& row : document["orders"]) {
    fmt::print("{:>5} {:>14.6g} {:>14.6g} {:>14.6g} {:>14}\n", row["k"].get<Index>(),
               row["state_gap_max"].get<double>(), row["state_gap_mean"].get<double>(),
               row["output_gap_max"].get<double>(), bound_text(row["bound"]));
  }
  const auto order = [&](const char* key) {
    return document[key].is_null() ? std::string("none") : std::to_string(document[key].get<Index>());
  };
  fmt::print("context for an error of {:g}: measured {}, proved {}\n", document["epsilon"].get<double>(),
             order("k_measured"), order("k_promised"));
}

int run_truncate(const std::vector<std::string>& arguments) {
  CommandLine line("truncate", "Measures the gap between a model and its truncations on given inputs.");
  line.positional("MODEL", "a model file; the content decides its format (docs/formats.md)", 1, 1);
  add_recurrence_options(line);
  line.option("kmax", "K", "largest truncation order; default 64");
  line.option("epsilon", "E", "error for which the context is asked; default 0.001");
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur truncate model.safetensors --inputs x.npy --kmax 100", "a table of the gap against k");
  line.example("unrecur truncate model.pt --inputs x.npy --convention tanh", "a file that does not say the activation");
  line.example("unrecur truncate model.onnx --layer LSTM_12 --inputs x.npy",
               "one of several layers, on its own inputs");
  if (!line.parse(arguments)) return 0;
  const auto inputs = required_inputs(line, "truncate");
  const TruncateOptions options{.largest_order = line.whole("kmax", 1, 1000000).value_or(64),
                                .epsilon = line.number("epsilon", 1e-300, 1e300).value_or(1e-3)};
  const RecurrentModel model = read_model(line.words().front());
  const LayerChoice choice = choice_of(line);
  if (!model.sequence) fit_threads(choose_layers(model, choice));
  const NumpyArray array = read_npy(inputs);
  const json document =
      json_of(truncate_model(model, choice, {array, inputs.string(), line.text("embedding")}, options));
  if (line.has("json")) {
    std::cout << document.dump(2) << "\n";
  } else {
    print(document);
  }
  return 0;
}

}  // namespace

extern const Verb truncate;
const Verb truncate = {"truncate", "measures the gap against the truncation order on given inputs", 4, run_truncate};

}  // namespace unrecur::registry::verbs

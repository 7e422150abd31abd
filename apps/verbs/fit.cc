// Feed-forward twins of a recurrent model, fitted along the user's inputs.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/check/asked_recurrence.h"
#include "apps/cli/command_line.h"
#include "apps/cli/signals.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "experiments/twins/twin_file.h"
#include "models/formats/read_model.h"
#include "models/sequence/sequence_model.h"
#include "theory/check/file_inputs.h"

namespace unrecur::registry::verbs {
namespace {

using FitJson = nlohmann::json;

template <class Value>
FitJson fit_value(const std::optional<Value>& value) {
  return value ? FitJson(*value) : FitJson();
}

FitJson twin_json(const FittedTwin& twin) {
  return {{"family", name_of(twin.family)},
          {"k", twin.order},
          {"error", twin.error},
          {"output_gap_max", twin.largest_gap},
          {"state_gap_max", fit_value(twin.state_gap)},
          {"bound", twin.bound ? FitJson(twin.bound->value) : FitJson()},
          {"loss", fit_value(twin.loss)},
          {"parameters", twin.parameters},
          {"multiply_adds", twin.multiply_adds}};
}

FitJson fit_json(const RecurrentModel& model, const TwinTeacher& teacher, const FitOptions& options, const TwinFit& fit,
                 const std::vector<std::filesystem::path>& written) {
  FitJson twins = FitJson::array(), smallest = FitJson::object(), files = FitJson::array();
  for (const FittedTwin& twin : fit.twins) twins.push_back(twin_json(twin));
  for (const TwinFamily family : options.families) {
    smallest[std::string(name_of(family))] = fit_value(fit.smallest_order(family));
  }
  for (const auto& path : written) files.push_back(path.string());
  return {{"schema", "unrecur.fit/1"},
          {"model", {{"path", model.file}, {"sha256", model.sha256}, {"format", model.format}}},
          {"epsilon", fit.epsilon},
          {"outputs", teacher.head ? "head" : "states"},
          {"output_size", teacher.outputs()},
          {"output_rms", fit.output_rms},
          {"fitted_steps", fit.fitted_steps},
          {"held_out_steps", fit.held_out_steps},
          {"teacher_loss", fit_value(fit.teacher_loss)},
          {"twins", twins},
          {"smallest_k", smallest},
          {"cheapest", fit.cheapest ? twin_json(fit.twins[*fit.cheapest]) : FitJson()},
          {"left_out", fit.left_out},
          {"files", files}};
}

std::string fit_number(const FitJson& value, const char* none) {
  return value.is_null() ? none : fmt::format("{:.4g}", value.get<double>());
}

void print_fit(const FitJson& document) {
  fmt::print("imitated: {} numbers a step, {} (RMS {:.4g}); fitted to {} steps, measured on {} others\n",
             document["output_size"].get<Index>(),
             document["outputs"] == "head" ? "the outputs of the head" : "the outputs of the last recurrent layer",
             document["output_rms"].get<double>(), document["fitted_steps"].get<Index>(),
             document["held_out_steps"].get<Index>());
  const bool losses = !document["teacher_loss"].is_null();
  fmt::print("{:<10} {:>5} {:>11} {:>11} {:>11} {:>13} {:>11} {:>14}{}\n", "family", "k", "error", "largest gap",
             "state gap", "proved bound", "parameters", "multiply-adds", losses ? fmt::format(" {:>11}", "loss") : "");
  for (const FitJson& twin : document["twins"]) {
    fmt::print("{:<10} {:>5} {:>11.4g} {:>11.4g} {:>11} {:>13} {:>11} {:>14}{}\n", twin["family"].get<std::string>(),
               twin["k"].get<Index>(), twin["error"].get<double>(), twin["output_gap_max"].get<double>(),
               fit_number(twin["state_gap_max"], ""), fit_number(twin["bound"], ""), twin["parameters"].get<Index>(),
               twin["multiply_adds"].get<Index>(), losses ? fmt::format(" {:>11.4g}", twin["loss"].get<double>()) : "");
  }
  if (losses) fmt::print("loss of the model itself: {:.4g}\n", document["teacher_loss"].get<double>());
  for (const FitJson& line : document["left_out"]) fmt::print("left out: {}\n", line.get<std::string>());
  const double epsilon = document["epsilon"];
  for (const auto& [family, k] : document["smallest_k"].items()) {
    fmt::print("smallest k of {} for an error of {:g}: {}\n", family, epsilon,
               k.is_null() ? std::string("none") : std::to_string(k.get<Index>()));
  }
  const FitJson& cheapest = document["cheapest"];
  if (cheapest.is_null()) {
    fmt::print("no twin has an error of at most {:g}\n", epsilon);
  } else {
    fmt::print("cheapest twin for an error of {:g}: {}, k = {}, {} multiply-adds a step\n", epsilon,
               cheapest["family"].get<std::string>(), cheapest["k"].get<Index>(),
               cheapest["multiply_adds"].get<Index>());
  }
  for (const FitJson& file : document["files"]) fmt::print("written: {}\n", file.get<std::string>());
}

/// The tensors that --head names, WEIGHT or WEIGHT,BIAS.
DenseHead named_head(const RecurrentModel& model, const std::string& words, Index outputs) {
  const std::vector<std::string> names = split_commas({words});
  if (names.size() > 2) throw UsageError("--head takes the name of a weight, and of a bias behind a comma");
  const auto tensor = [&](const std::string& name) -> const StoredTensor& {
    const StoredTensor* found = find_tensor(model.tensors, name);
    if (found == nullptr) throw UsageError("--head: the file has no tensor '" + name + "'");
    return *found;
  };
  DenseHead head;
  head.weight = load_matrix(tensor(names[0]), model.file);
  if (head.weight.cols() != outputs) {
    throw UsageError(
        fmt::format("--head: expected a tensor [outputs, {}], for the outputs of the last layer, found [{}, {}]",
                    outputs, head.weight.rows(), head.weight.cols()));
  }
  std::string bias = names.size() == 2 ? names[1] : names[0];
  if (names.size() == 1 && bias.ends_with("weight")) bias.replace(bias.size() - 6, 6, "bias");
  const bool has_bias = names.size() == 2 || (bias != names[0] && find_tensor(model.tensors, bias) != nullptr);
  head.bias = has_bias ? load_column(tensor(bias), model.file, head.weight.rows())
                       : Matrix<double>(Matrix<double>::Zero(head.weight.rows(), 1));
  return head;
}

std::optional<DenseHead> asked_head(const RecurrentModel& model, const CommandLine& line, const Cell<double>& cell) {
  if (line.has("states")) return std::nullopt;
  if (const auto words = line.text("head")) return named_head(model, *words, cell.shape().output);
  if (model.sequence) {
    const auto& parameters = model.sequence->decoder().parameters();
    const Matrix<float>*weight = find_parameter(parameters, "weight"), *bias = find_parameter(parameters, "bias");
    if (weight == nullptr || bias == nullptr) return std::nullopt;
    return DenseHead{"", weight->cast<double>(), bias->cast<double>()};
  }
  const bool fits = model.head && model.head->weight.cols() == cell.shape().output;
  return fits ? model.head : std::nullopt;
}

std::vector<Matrix<double>> targets_in(const std::filesystem::path& file, const TwinTeacher& teacher, bool backward) {
  return input_sequences(file, teacher.outputs(), backward);
}

const FittedTwin& twin_to_write(const TwinFit& fit) {
  if (fit.cheapest) return fit.twins[*fit.cheapest];
  if (fit.twins.empty()) throw UsageError("no twin was fitted: every order has too many features");
  return *std::ranges::min_element(fit.twins, {}, &FittedTwin::error);
}

int run_fit(const std::vector<std::string>& arguments) {
  CommandLine line("fit", "Fits feed-forward twins to a recurrent model along given inputs, and measures them.");
  line.positional("MODEL", "a model file; the content decides its format (docs/formats.md)", 1, 1);
  add_recurrence_options(line);
  line.option("family", "NAMES", "truncated, fir, volterra, tcn, joined by commas; default the first three");
  line.option("units", "C", "channels of a tcn; default 16");
  line.option("steps", "N", "steps of training of a tcn; default 2000");
  line.option("k", "K", "largest number of inputs that a twin sees; default 64");
  line.option("epsilon", "E", "error asked for: RMS of the difference over RMS of the output; default 0.05");
  line.option("ridge", "R", "how much the weights of fitted twins are held down; default 1e-9");
  line.option("features", "N", "most features of a fitted twin; default 1024");
  line.option("head", "NAMES", "tensors of a dense layer on top, WEIGHT or WEIGHT,BIAS; default what the format says");
  line.flag("states", "imitate the outputs of the last recurrent layer, whatever is on top");
  line.option("targets", "FILE.npy", "what the model was to say, as the inputs: for losses");
  line.option("output,o", "OUT", "the cheapest twin as OUT.safetensors, OUT.onnx and OUT.stream.onnx, or one of these");
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur fit model.json --inputs x.npy --k 256 -o twin", "every family, and the cheapest one as files");
  line.example("unrecur fit model.pt --inputs x.npy --family truncated --head linear.weight --json",
               "truncations alone, measured behind a dense layer");
  if (!line.parse(arguments)) return 0;
  const auto inputs = required_inputs(line, "fit");
  FitOptions options{.largest_order = line.whole("k", 1, 100000).value_or(64),
                     .epsilon = line.number("epsilon", 0.0, 1e300).value_or(0.05),
                     .ridge = line.number("ridge", 0.0, 1e300).value_or(1e-9),
                     .most_features = line.whole("features", 1, 20000).value_or(1024)};
  options.tcn.units = line.whole("units", 1, 4096).value_or(options.tcn.units);
  options.tcn.steps = line.whole("steps", 1, 100000000).value_or(options.tcn.steps);
  if (const auto families = line.text("family")) {
    options.families.clear();
    for (const std::string& name : split_commas({*families})) options.families.push_back(twin_family_named(name));
  }
  const RecurrentModel model = read_model(line.words().front());
  const DrivenLayers asked = asked_recurrence(model, line, inputs);
  const TwinTeacher teacher{.cell = asked.cell.get(), .head = asked_head(model, line, *asked.cell)};
  options.inputs = asked.inputs;
  if (const auto targets = line.path("targets")) options.targets = targets_in(*targets, teacher, asked.backward);
  const StopOnSignals signals;
  options.execution = signals.execution();
  const TwinFit fit = fit_twins(teacher, asked.sequences, options);
  std::vector<std::filesystem::path> written;
  if (const auto out = line.path("output")) written = write_twin(*out, teacher, twin_to_write(fit));
  const FitJson document = fit_json(model, teacher, options, fit, written);
  if (line.has("json")) {
    std::cout << document.dump(2) << "\n";
  } else {
    print_fit(document);
  }
  return 0;
}

}  // namespace

extern const Verb fit;
const Verb fit = {"fit", "fits feed-forward twins to a model along given inputs, and writes them", 6, run_fit};

}  // namespace unrecur::registry::verbs

// The nearest weights in a stable set, as a model file.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/answer/project_model.h"
#include "apps/check/check_inputs.h"
#include "apps/check/check_layers.h"
#include "apps/cli/command_line.h"
#include "apps/cli/exit_codes.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "models/formats/read_model.h"
#include "reports/blocks/rates.h"
#include "reports/print/printable.h"
#include "theory/check/check.h"
#include "theory/projected/projected_file.h"
#include "theory/stable_sets/stable_line_search.h"

namespace unrecur::registry::verbs {
namespace {

using nlohmann::json;
using reports::printable;

/// What is proved of the weights that were written.
LayerReport proof_of(const RecurrentLayer& layer, const InputSet& inputs) {
  return unrecur::check(layer, {.inputs = inputs, .methods = projection_proofs(layer.cell), .explain = false});
}

/// The same options without the space that sets them apart.
std::string convention_text(const LayerChoice& unsaid) {
  const std::string options = format_choice(unsaid);
  return options.empty() ? options : options.substr(1);
}

double relative(double distance, double norm) {
  return norm > 0.0 ? distance / norm : 0.0;
}

json json_of(const ProjectedLayer& layer, const LayerReport& report, const std::string& say, bool inputs_assumed) {
  json weights = json::array();
  for (const MovedWeight& m : layer.moved) {
    weights.push_back({{"name", m.name}, {"frobenius", m.distance}, {"relative", relative(m.distance, m.norm)}});
  }
  const UpperRateBound* best = report.best();
  return {{"name", layer.after.name},
          {"cell", layer.after.cell},
          {"set", layer.set},
          {"moved", {{"frobenius", layer.distance()}, {"relative", relative(layer.distance(), layer.norm())}}},
          {"weights", weights},
          {"verdict", name_of(report.verdict)},
          {"rate_upper", report.rate_upper ? json(report.rate_upper->value) : json()},
          {"method", best == nullptr ? json() : json(best->method)},
          {"domain", report.domain.empty() ? json() : json(report.domain)},
          {"inputs_assumed", inputs_assumed},
          {"context", report.context ? json(report.context->steps) : json()},
          {"convention", say.empty() ? json() : json(say)}};
}

void print(const ProjectedLayer& layer, const LayerReport& report, double rate, bool inputs_assumed) {
  std::cout << fmt::format("\n{}: {}\n", printable(layer.after.name), format_layer(layer.after));
  std::cout << fmt::format("  set {} at rate {:g}: moved by {:.6g} (Frobenius norm), {:.3g} % of its weights\n",
                           layer.set, rate, layer.distance(), 100.0 * relative(layer.distance(), layer.norm()));
  for (const MovedWeight& m : layer.moved) {
    std::cout << fmt::format("    {:<10} {:>12.6g} {:>9.3g} %\n", m.name, m.distance,
                             100.0 * relative(m.distance, m.norm));
  }
  if (report.best() == nullptr) {
    std::cout << "  no contraction rate below 1 is proved of these weights\n";
    return;
  }
  std::cout << fmt::format("  contraction rate proved at most {} ({})\n",
                           reports::format_rate(report.rate_upper->value, reports::Kind::upper, reports::Script::ascii),
                           report.best()->method);
  if (report.rate_upper->value > rate)
    std::cout << "  which is above the rate of the set: its own argument proves less here\n";
  if (!report.domain.empty()) std::cout << "  holds for: " << printable(report.domain) << "\n";
  if (!inputs_assumed) return;
  std::cout << fmt::format(
      "  of its own inputs: no bound on them follows from that on the model's, so nothing is proved of the model;\n"
      "  'unrecur check OUT --layer {}' asks about the layer alone\n",
      printable(layer.after.name));
}

void print(const ProjectedFile& file, const std::filesystem::path& out) {
  for (const std::string& name : file.left_out) std::cout << "\nnot copied: " << printable(name);
  if (!file.left_out.empty()) std::cout << "\n";
  for (std::size_t i = 0; i < file.unsaid.size(); ++i) {
    const std::string options = format_choice(file.unsaid[i]);
    if (options.empty()) continue;
    std::cout << fmt::format("\nthe file does not say what {} is: unrecur check {}{}\n", printable(file.layers[i].name),
                             out.string(), options);
  }
}

int run_project(const std::vector<std::string>& arguments) {
  CommandLine line("project", "Writes a model with its recurrent layers moved into a stable set.");
  line.positional("MODEL", "a model file; the content decides its format (docs/formats.md)", 1, 1);
  line.option("output,o", "OUT", "where it goes: a name that ends in .safetensors, .npz, .npy, or .onnx (ONNX models)");
  line.option("rate", "L", "contraction rate of the set, above 0 and at most 1; default 0.99");
  line.option(
      "set", "NAME",
      "stable set. elman, linear: spectral, the nearest weights. lstm: comparison_matrix, block_2norm, miller_hardt or "
      "miller_hardt_l1; gru: comparison_gru or delta_iss; without a name the nearest of these");
  add_layer_options(line);
  add_input_options(line);
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur project model.safetensors -o stable.safetensors --rate 0.95",
               "then: unrecur check stable.safetensors");
  line.example("unrecur project model.onnx -o stable.onnx --input-bound 1", "an LSTM or GRU, in the same ONNX file");
  line.example("unrecur project model.pth -o a.npy --layer lA --kind linear", "one matrix");
  if (!line.parse(arguments)) return 0;
  const auto out = line.path("output");
  if (!out) throw UsageError("project needs --output OUT");
  const ProjectOptions options{.set = line.text("set"), .rate = line.number("rate", 1e-12, 1.0).value_or(0.99)};
  const RecurrentModel model = read_model(line.words().front());
  projected_format(*out, model);  // before the work, not after it
  const std::vector<RecurrentLayer> chosen = choose_layers(model, choice_of(line));
  fit_threads(chosen);
  AskedLayers asked(model, chosen, line.has("layer"));
  const GivenInputs given = given_inputs(line);
  const std::vector<ProjectedLayer> layers = project_layers(model, chosen, asked, given, options);
  const ProjectedFile file = write_projected(*out, model, layers);
  for (std::size_t i = 0; i < layers.size(); ++i) asked.replace(i, file.layers[i]);
  std::vector<ProjectionInputs> inputs;
  std::vector<LayerReport> reports;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    inputs.push_back(projection_inputs(model, asked, i, given));
    reports.push_back(proof_of(file.layers[i], inputs[i].set));
  }
  const bool followed = std::ranges::none_of(inputs, &ProjectionInputs::assumed);
  const Verdict verdict = followed ? verdict_of(reports) : Verdict::undecided;
  if (line.has("json")) {
    json described = json::array();
    for (std::size_t i = 0; i < layers.size(); ++i)
      described.push_back(json_of(layers[i], reports[i], convention_text(file.unsaid[i]), inputs[i].assumed));
    const json document = {
        {"schema", "unrecur.project/1"},
        {"model", {{"path", model.file}, {"sha256", model.sha256}, {"format", model.format}}},
        {"output", {{"path", out->string()}, {"sha256", file.model.sha256}, {"format", file.model.format}}},
        {"rate", options.rate},
        {"verdict", name_of(verdict)},
        {"layers", described},
        {"left_out", file.left_out}};
    std::cout << document.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
  } else {
    std::cout << fmt::format("{} ({}), from {} ({}): {}\n", out->string(), file.model.format, model.file, model.format,
                             name_of(verdict));
    for (std::size_t i = 0; i < layers.size(); ++i) print(layers[i], reports[i], options.rate, inputs[i].assumed);
    print(file, *out);
  }
  return verdict == Verdict::proved ? exit_done : exit_undecided;
}

}  // namespace

extern const Verb project;
const Verb project = {"project", "writes the nearest weights in a stable set", 5, run_project};

}  // namespace unrecur::registry::verbs

// The nearest weights in a stable set, as a model file.

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/check/check_inputs.h"
#include "apps/check/check_layers.h"
#include "apps/cli/command_line.h"
#include "apps/cli/exit_codes.h"
#include "apps/cli/verb.h"
#include "apps/project/projected_file.h"
#include "base/errors.h"
#include "models/formats/read_model.h"
#include "reports/blocks/rates.h"
#include "theory/stable_sets/stable_line_search.h"

namespace unrecur::registry::verbs {
namespace {

using nlohmann::json;

/// What is proved of the weights that were written.
CheckedCell certificate_of(const RecurrentLayer& layer, const InputSet& inputs) {
  CheckOptions options;
  options.ladder.inputs = inputs;
  options.ladder.methods = projection_proofs(layer.cell);
  return check_cell(layer, options);
}

double relative(double distance, double norm) {
  return norm > 0.0 ? distance / norm : 0.0;
}

json json_of(const ProjectedLayer& layer, const LayerCheck& check, const std::string& say) {
  json weights = json::array();
  for (const MovedWeight& m : layer.moved) {
    weights.push_back({{"name", m.name}, {"frobenius", m.distance}, {"relative", relative(m.distance, m.norm)}});
  }
  const Certificate* best = check.best;
  return {{"name", layer.after.name},
          {"cell", layer.after.cell},
          {"set", layer.set},
          {"moved", {{"frobenius", layer.distance()}, {"relative", relative(layer.distance(), layer.norm())}}},
          {"weights", weights},
          {"verdict", name_of(check.verdict)},
          {"rate_upper", check.rate_upper ? json(*check.rate_upper) : json()},
          {"method", best == nullptr ? json() : json(best->method)},
          {"domain", check.domain.empty() ? json() : json(check.domain)},
          {"context", check.context ? json(*check.context) : json()},
          {"convention", say.empty() ? json() : json(say)}};
}

void print(const ProjectedLayer& layer, const LayerCheck& check, double rate) {
  std::cout << fmt::format("\n{}: {}\n", layer.after.name, format_layer(layer.after));
  std::cout << fmt::format("  set {} at rate {:g}: moved by {:.6g} (Frobenius norm), {:.3g} % of its weights\n",
                           layer.set, rate, layer.distance(), 100.0 * relative(layer.distance(), layer.norm()));
  for (const MovedWeight& m : layer.moved) {
    std::cout << fmt::format("    {:<10} {:>12.6g} {:>9.3g} %\n", m.name, m.distance,
                             100.0 * relative(m.distance, m.norm));
  }
  if (check.best == nullptr) {
    std::cout << "  no contraction rate below 1 is proved of these weights\n";
    return;
  }
  std::cout << fmt::format("  contraction rate proved at most {} ({})\n",
                           reports::format_rate(*check.rate_upper, reports::Kind::upper, reports::Script::ascii),
                           check.best->method);
  if (*check.rate_upper > rate)
    std::cout << "  which is above the rate of the set: its own argument proves less here\n";
  if (!check.domain.empty()) std::cout << "  holds for: " << check.domain << "\n";
}

void print(const ProjectedFile& file, const std::filesystem::path& out) {
  for (const std::string& name : file.left_out) std::cout << "\nnot copied: " << name;
  if (!file.left_out.empty()) std::cout << "\n";
  for (std::size_t i = 0; i < file.say.size(); ++i) {
    if (file.say[i].empty()) continue;
    std::cout << fmt::format("\nthe file does not say what {} is: unrecur check {} {}\n", file.layers[i].name,
                             out.string(), file.say[i]);
  }
}

int run(const std::vector<std::string>& arguments) {
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
  std::vector<ProjectedLayer> layers;
  std::vector<InputSet> inputs;
  for (const RecurrentLayer& layer : choose_layers(model, choice_of(line))) {
    inputs.push_back(inputs_for(line, model, layer));
    layers.push_back(project_layer(layer, options, inputs.back()));
  }
  const ProjectedFile file = write_projected(*out, model, layers);
  std::vector<CheckedCell> cells;
  for (std::size_t i = 0; i < layers.size(); ++i) cells.push_back(certificate_of(file.layers[i], inputs[i]));
  const Verdict verdict = verdict_of(cells);
  if (line.has("json")) {
    json described = json::array();
    for (std::size_t i = 0; i < layers.size(); ++i)
      described.push_back(json_of(layers[i], cells[i].check, file.say[i]));
    const json document = {
        {"schema", "unrecur.project/1"},
        {"model", {{"path", model.file}, {"sha256", model.sha256}, {"format", model.format}}},
        {"output", {{"path", out->string()}, {"sha256", file.model.sha256}, {"format", file.model.format}}},
        {"rate", options.rate},
        {"verdict", name_of(verdict)},
        {"layers", described},
        {"left_out", file.left_out}};
    std::cout << document.dump(2) << "\n";
  } else {
    std::cout << fmt::format("{} ({}), from {} ({}): {}\n", out->string(), file.model.format, model.file, model.format,
                             name_of(verdict));
    for (std::size_t i = 0; i < layers.size(); ++i) print(layers[i], cells[i].check, options.rate);
    print(file, *out);
  }
  return verdict == Verdict::proved ? exit_done : exit_undecided;
}

}  // namespace

extern const Verb project;
const Verb project = {"project", "writes the nearest weights in a stable set", 5, run};

}  // namespace unrecur::registry::verbs

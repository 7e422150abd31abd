// Does a trained model forget? The contraction of its recurrent layer, proved where it can be.

#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/command_line.h"
#include "apps/exit_codes.h"
#include "apps/verb.h"
#include "models/cell_registry.h"
#include "models/formats/file_bytes.h"
#include "models/formats/sha256.h"
#include "models/model_file.h"
#include "theory/layer_check.h"

namespace unrecur::registry::verbs {
namespace {

using nlohmann::json;

json number_or_null(std::optional<double> value) {
  return value && std::isfinite(*value) ? json(*value) : json();
}

json json_of(const Rung& rung) {
  return {{"method", rung.method},
          {"side", name_of(rung.side)},
          {"rigour", name_of(rung.rigour)},
          {"rate", number_or_null(rung.rate)},
          {"norm", rung.norm.empty() ? json() : json(rung.norm)},
          {"seconds", rung.seconds},
          {"note", rung.note}};
}

json json_of(const Cell<double>& cell, const LayerCheck& check, double epsilon) {
  const Attributes attributes = cell.attributes();
  const auto attribute = [&](const char* name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? json() : json(found->second);
  };
  json rungs = json::array();
  for (const Rung& rung : check.rungs) rungs.push_back(json_of(rung));
  return {{"name", "rnn"},
          {"cell", cell.kind()},
          {"state_size", cell.shape().state},
          {"input_size", cell.shape().input},
          {"activation", attribute("activation")},
          {"convention", attribute("reset")},
          {"direction", "forward"},
          {"recurrent_norm", check.recurrent_norm},
          {"verdict", name_of(check.verdict)},
          {"rate", {{"lower", number_or_null(check.rate_lower)}, {"upper", number_or_null(check.rate_upper)}}},
          {"context", {{"epsilon", epsilon}, {"k", check.context ? json(*check.context) : json()}}},
          {"rungs", rungs},
          {"estimates", json()},
          {"refutation", json()}};
}

std::string rate_text(std::optional<double> rate) {
  return rate && std::isfinite(*rate) ? fmt::format("{:.6g}", *rate) : "none";
}

/// What the verdict means for the user's question, and what would change it.
std::string answer_of(const LayerCheck& check, double epsilon) {
  switch (check.verdict) {
    case Verdict::proved:
      return check.context
                 ? fmt::format("the layer forgets: {} steps of context are enough for an error of {:g}", *check.context,
                               epsilon)
                 : "the layer forgets; its states are not known to be bounded: give --input-bound for a context";
    case Verdict::refuted:
      return "no fixed norm makes this map contractive: it need not forget";
    case Verdict::undecided:
      return check.rungs.empty()
                 ? "no certificate knows this kind of cell yet"
                 : "no norm tried has a rate below 1; unrecur project writes the nearest weights that have one";
  }
  return {};
}

void print(const std::string& path, const Cell<double>& cell, const LayerCheck& check, double epsilon) {
  std::cout << fmt::format("{}: {}\n", path, name_of(check.verdict));
  std::cout << fmt::format("  {} cell, {} units, {} inputs, spectral norm of the recurrent weights {:.6g}\n",
                           cell.kind(), cell.shape().output, cell.shape().input, check.recurrent_norm);
  std::cout << fmt::format("  contraction rate proved between {} and {}\n", rate_text(check.rate_lower),
                           rate_text(check.rate_upper));
  std::cout << "  " << answer_of(check, epsilon) << "\n\n";
  std::cout << fmt::format("  {:<32} {:<6} {:<9} {:>12} {:>10}  {}\n", "method", "side", "rigour", "rate", "seconds",
                           "norm");
  for (const Rung& rung : check.rungs) {
    std::cout << fmt::format("  {:<32} {:<6} {:<9} {:>12} {:>10.4f}  {}{}\n", rung.method, name_of(rung.side),
                             name_of(rung.rigour), rate_text(rung.rate), rung.seconds, rung.norm,
                             rung.note.empty() ? "" : (rung.norm.empty() ? "" : "; ") + rung.note);
  }
}

/// B_x of the model's inputs: from |x_i| ≤ bound, or from the embedding, whose columns are all the inputs there are.
std::optional<double> input_norm_of(const SequenceModel<float>& model, std::optional<double> bound) {
  const double windows = static_cast<double>(model.spec().window);
  if (model.spec().symbols > 0) {
    return std::sqrt(windows) * model.encoder().cast<double>().colwise().norm().maxCoeff() * (1.0 + 1e-12);
  }
  if (!bound) return std::nullopt;
  return *bound * std::sqrt(static_cast<double>(model.spec().frame)) * (1.0 + 1e-12);
}

int exit_code_of(Verdict verdict) {
  if (verdict == Verdict::proved) return exit_done;
  return verdict == Verdict::refuted ? exit_refuted : exit_undecided;
}

int run(const std::vector<std::string>& arguments) {
  CommandLine line("check", "Proves or refutes that the recurrent layer of a model forgets.");
  line.positional("MODEL", "a model file that unrecur train or reproduce wrote", 1, 1);
  line.option("epsilon", "E", "error for which the context is asked; default 0.001");
  line.option("input-bound", "B", "every input has |x_i| <= B");
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur check out/jobs/HASH/model.safetensors", "the ladder of certificates of a trained model");
  line.example("unrecur check model.safetensors --epsilon 1e-6 --json", "for a program to read");
  if (!line.parse(arguments)) return 0;
  const std::string path = line.words().front();
  CheckOptions options;
  options.epsilon = line.number("epsilon", 1e-300, 1e300).value_or(1e-3);
  const SequenceModel<float> model = load_model(path);
  options.input_norm = input_norm_of(model, line.number("input-bound", 0.0, 1e300));
  const auto cell = cast_cell<double>(model.cell());
  const LayerCheck check = check_layer(*cell, options);
  if (line.has("json")) {
    const json document = {{"schema", "unrecur.check/1"},
                           {"model", {{"path", path}, {"sha256", sha256(read_file(path))}, {"format", "safetensors"}}},
                           {"verdict", name_of(check.verdict)},
                           {"layers", json::array({json_of(*cell, check, options.epsilon)})}};
    std::cout << document.dump(2) << "\n";
  } else {
    print(path, *cell, check, options.epsilon);
  }
  return exit_code_of(check.verdict);
}

}  // namespace

extern const Verb check;
const Verb check = {"check", "proves or refutes that a trained model forgets", 3, run};

}  // namespace unrecur::registry::verbs

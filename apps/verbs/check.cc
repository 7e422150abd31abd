// Does a trained model forget? The contraction of its recurrent layer, proved where it can be.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/certify.h"
#include "apps/check_inputs.h"
#include "apps/check_layers.h"
#include "apps/command_line.h"
#include "apps/exit_codes.h"
#include "apps/verb.h"
#include "models/errors.h"
#include "models/sequence_model.h"

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

json json_of(const RecurrentLayer& layer, const LayerCheck& check, double epsilon) {
  const auto attribute = [&](const char* name) {
    const auto found = layer.attributes.find(name);
    return found == layer.attributes.end() ? json() : json(found->second);
  };
  const Index inputs = input_size_of(layer);
  json rungs = json::array();
  for (const Rung& rung : check.rungs) rungs.push_back(json_of(rung));
  return {{"name", layer.name},
          {"cell", layer.cell},
          {"state_size", layer.state_size},
          {"input_size", inputs > 0 ? json(inputs) : json()},
          {"activation", attribute("activation")},
          {"convention", attribute("reset")},
          {"leak", attribute("leak")},
          {"direction", layer.direction},
          {"tensors", layer.sources},
          {"note", remark_on(layer)},
          {"recurrent_norm", check.recurrent_norm},
          {"verdict", name_of(check.verdict)},
          {"rate", {{"lower", number_or_null(check.rate_lower)}, {"upper", number_or_null(check.rate_upper)}}},
          {"context", {{"epsilon", epsilon}, {"k", check.context ? json(*check.context) : json()}}},
          {"domain", check.domain.empty() ? json() : json(check.domain)},
          {"rungs", rungs},
          {"estimates", json()},
          {"refutation", json()}};
}

std::string rate_text(std::optional<double> rate) {
  return rate && std::isfinite(*rate) ? fmt::format("{:.6g}", *rate) : "none";
}

/// Patterns of slopes may need states that no sequence leads to; what they refute is not about the others.
std::string visited_remark(const LayerCheck& check) {
  const auto refutes = [](const Rung& r) {
    return r.side == Side::lower && r.rigour == Rigour::proved && r.rate >= 1.0 && r.method != "periodic_orbit";
  };
  if (std::any_of(check.rungs.begin(), check.rungs.end(), refutes)) return {};
  return ". On the states that it visits it may (see the note of periodic_orbit)";
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
      return "no fixed norm makes this map contract over every state and every input: it need not forget" +
             visited_remark(check);
    case Verdict::undecided:
      return check.rungs.empty()
                 ? "no certificate knows this kind of cell yet"
                 : "no norm tried has a rate below 1; unrecur project writes the nearest weights that have one";
  }
  return {};
}

void print(const RecurrentLayer& layer, const LayerCheck& check, double epsilon) {
  std::cout << fmt::format("\n{}: {}\n", layer.name, name_of(check.verdict));
  std::cout << fmt::format("  {}; spectral norm of the recurrent weights {:.6g}\n", text_of(layer),
                           check.recurrent_norm);
  if (const std::string remark = remark_on(layer); !remark.empty()) std::cout << "  " << remark << "\n";
  if (!checkable(layer)) return;
  std::cout << fmt::format("  contraction rate proved between {} and {}\n", rate_text(check.rate_lower),
                           rate_text(check.rate_upper));
  std::cout << "  " << answer_of(check, epsilon) << "\n";
  if (!check.domain.empty()) std::cout << "  holds for: " << check.domain << "\n";
  std::cout << "\n";
  std::cout << fmt::format("  {:<32} {:<6} {:<9} {:>12} {:>10}  {}\n", "method", "side", "rigour", "rate", "seconds",
                           "norm");
  for (const Rung& rung : check.rungs) {
    std::cout << fmt::format("  {:<32} {:<6} {:<9} {:>12} {:>10.4f}  {}{}\n", rung.method, name_of(rung.side),
                             name_of(rung.rigour), rate_text(rung.rate), rung.seconds, rung.norm,
                             rung.note.empty() ? "" : (rung.norm.empty() ? "" : "; ") + rung.note);
  }
}

/// B_x of the layer's inputs: from |x_i| <= bound, or from the embedding, whose columns are all the inputs there are.
/// Nothing where the input matrix is not known.
std::optional<double> input_norm_of(const RecurrentModel& model, const RecurrentLayer& layer,
                                    std::optional<double> bound) {
  if (model.sequence && model.sequence->spec().symbols > 0) {
    const double windows = static_cast<double>(model.sequence->spec().window);
    return std::sqrt(windows) * model.sequence->encoder().cast<double>().colwise().norm().maxCoeff() * (1.0 + 1e-12);
  }
  const Index size = model.sequence ? model.sequence->spec().frame : layer.input.cols();
  if (!bound || size == 0 || layer.conjugate) return std::nullopt;
  return *bound * std::sqrt(static_cast<double>(size)) * (1.0 + 1e-12);
}

int exit_code_of(Verdict verdict) {
  if (verdict == Verdict::proved) return exit_done;
  return verdict == Verdict::refuted ? exit_refuted : exit_undecided;
}

int run(const std::vector<std::string>& arguments) {
  CommandLine line("check", "Proves or refutes that the recurrent layer of a model forgets.");
  line.positional("MODEL", "a model file; the content decides its format (docs/formats.md)", 1, 1);
  line.option("epsilon", "E", "error for which the context is asked; default 0.001");
  add_layer_options(line);
  add_input_options(line);
  line.option("certificate", "FILE", "where a proof of the best rate goes, for unrecur verify; needs one layer");
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur check out/jobs/HASH/model.safetensors", "the ladder of certificates of a trained model");
  line.example("unrecur check model.pt --layer rnn --convention tanh", "a file that does not say the activation");
  line.example("unrecur check model.pth --layer lA.weight --kind linear", "a matrix that is a linear recurrence");
  line.example("unrecur check model.onnx --inputs x.npy", "an LSTM or GRU, for inputs like these");
  line.example("unrecur check model.safetensors --epsilon 1e-6 --json", "for a program to read");
  if (!line.parse(arguments)) return 0;
  const std::string path = line.words().front();
  CheckOptions options;
  options.epsilon = line.number("epsilon", 1e-300, 1e300).value_or(1e-3);
  const std::optional<double> bound = line.number("input-bound", 0.0, 1e300);
  const RecurrentModel model = read_model(path);
  const std::vector<RecurrentLayer> layers = choose_layers(model, choice_of(line));
  std::vector<LayerCheck> checks;
  for (const RecurrentLayer& layer : layers) {
    options.input_norm = input_norm_of(model, layer, bound);
    // A bound is on the inputs of each layer itself. Where these are not the file's, nothing is assumed of them.
    options.ladder.inputs = input_size_of(layer) > 0 && !layer.conjugate
                                ? inputs_for(line, input_size_of(layer), model.sequence.get())
                                : InputSet::anything();
    checks.push_back(check_described(layer, options));
  }
  const Verdict verdict = verdict_of(checks);
  if (const auto file = line.path("certificate")) {
    if (layers.size() != 1) throw UsageError("a certificate is about one layer: choose it with --layer NAME");
    // Where nothing is proved the verdict says so; there is nothing to write.
    if (verdict == Verdict::proved) {
      write_certificate(*file, certify(model, layers[0], checks[0], options.epsilon));
    } else {
      std::cerr << "unrecur: nothing is proved, so no certificate is written\n";
    }
  }
  if (line.has("json")) {
    json described = json::array();
    for (std::size_t i = 0; i < layers.size(); ++i) {
      described.push_back(json_of(layers[i], checks[i], options.epsilon));
    }
    const json document = {{"schema", "unrecur.check/1"},
                           {"model", {{"path", path}, {"sha256", model.sha256}, {"format", model.format}}},
                           {"verdict", name_of(verdict)},
                           {"layers", described}};
    std::cout << document.dump(2) << "\n";
  } else {
    std::cout << fmt::format("{} ({}): {}\n", path, model.format, name_of(verdict));
    for (std::size_t i = 0; i < layers.size(); ++i) print(layers[i], checks[i], options.epsilon);
  }
  return exit_code_of(verdict);
}

}  // namespace

extern const Verb check;
const Verb check = {"check", "proves or refutes that a trained model forgets", 3, run};

}  // namespace unrecur::registry::verbs

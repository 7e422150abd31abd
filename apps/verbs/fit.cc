// Feed-forward twins of a recurrent model, fitted along the user's inputs.

#include <iostream>

#include "apps/answer/sequences/fit_answer.h"
#include "apps/answer/sequences/fit_page.h"
#include "apps/answer/sequences/twin_head.h"
#include "apps/check/asked_recurrence.h"
#include "apps/cli/command_line.h"
#include "apps/cli/signals.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/twins/twin_file.h"
#include "models/formats/read_model.h"
#include "reports/html/page.h"
#include "theory/check/file_inputs.h"

namespace unrecur::registry::verbs {
namespace {

HeadChoice head_choice(const CommandLine& line) {
  HeadChoice choice{.states = line.has("states")};
  if (const auto words = line.text("head")) choice.tensors = split_commas({*words});
  return choice;
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
  line.option("html", "FILE", "where the answer goes as a page for the browser, with errors and gaps drawn against k");
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
  const TwinTeacher teacher{.cell = asked.cell.get(), .head = choose_head(model, head_choice(line), *asked.cell)};
  options.inputs = asked.inputs;
  if (const auto targets = line.path("targets")) {
    options.targets = input_sequences(*targets, teacher.outputs(), asked.backward);
  }
  const StopOnSignals signals;
  options.execution = signals.execution();
  const TwinFit fit = fit_twins(teacher, asked.sequences, options);
  std::vector<std::filesystem::path> written;
  if (const auto out = line.path("output")) written = write_twin(*out, teacher, twin_to_write(fit));
  const FitAnswer answer{model, teacher, options, fit, written};
  if (const auto file = line.path("html")) write_atomically(*file, reports::html_page(fit_page(answer)));
  std::cout << (line.has("json") ? fit_json(answer) : fit_text(answer));
  return 0;
}

}  // namespace

extern const Verb fit;
const Verb fit = {"fit", "fits feed-forward twins to a model along given inputs, and writes them", 6, run_fit};

}  // namespace unrecur::registry::verbs

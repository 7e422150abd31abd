// A recurrent model along the user's inputs, one step after the other or many at once.

#include <iostream>

#include "apps/answer/sequences/run_answer.h"
#include "apps/check/asked_recurrence.h"
#include "apps/cli/command_line.h"
#include "apps/cli/signals.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "experiments/parallel/run.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/read_model.h"
#include "models/formats/shared/tensor.h"

namespace unrecur::registry::verbs {
namespace {

/// The arrays as one [steps, size], several as one [sequences, steps, size].
Tensor joined(const std::vector<Matrix<double>>& outputs) {
  Tensor array{.name = "outputs", .dtype = "F64", .shape = {}, .data = {}};
  for (const Matrix<double>& h : outputs) {
    const Tensor one = to_tensor<double>("outputs", h);
    array.data.insert(array.data.end(), one.data.begin(), one.data.end());
    array.shape = one.shape;
  }
  if (outputs.size() > 1) array.shape.insert(array.shape.begin(), static_cast<std::int64_t>(outputs.size()));
  return array;
}

std::vector<RunMethod> methods_of(const CommandLine& line) {
  std::vector<RunMethod> methods;
  for (const std::string& name : split_commas({line.text("method").value_or("chunked")})) {
    methods.push_back(run_method_named(name));
  }
  return methods;
}

int run_run(const std::vector<std::string>& arguments) {
  CommandLine line("run", "Runs a model along given inputs, many steps at once where its rate allows it.");
  line.positional("MODEL", "a model file; the content decides its format (docs/formats.md)", 1, 1);
  add_recurrence_options(line);
  line.option("method", "NAMES",
              "sequential, jacobi, newton, quasi_newton, chunked, joined by commas; default chunked");
  line.option("epsilon", "E", "distance from the sequential run that is allowed, of states; default 1e-6");
  line.option("chunks", "P", "parts that run side by side; default by length and warming up, at most 64");
  line.option("output,o", "OUT.npy", "outputs of the last layer by the first method, [steps, size]");
  line.flag("no-compare", "do not run sequentially too, and measure no error");
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur run model.safetensors --inputs x.npy --epsilon 1e-4 -o h.npy",
               "parts side by side, warmed up as long as is proved to be enough");
  line.example("unrecur run model.onnx --layer LSTM_12 --inputs x.npy --method jacobi,newton,chunked",
               "sweeps promised and sweeps needed, beside the sequential run");
  if (!line.parse(arguments)) return 0;
  const auto inputs = required_inputs(line, "run");
  RunOptions options{.methods = methods_of(line),
                     .epsilon = line.number("epsilon", 1e-300, 1e300).value_or(1e-6),
                     .compare = !line.has("no-compare")};
  if (const auto chunks = line.whole("chunks", 1, 1000000)) options.chunks = *chunks;
  const RecurrentModel model = read_model(line.words().front());
  const DrivenLayers asked = asked_recurrence(model, line, inputs);
  const StopOnSignals signals;
  options.execution = signals.execution();
  const ParallelRun run = run_recurrence(*asked.cell, asked.sequences, asked.inputs, options);
  if (const auto out = line.path("output")) write_atomically(*out, format_npy(joined(run_outputs(asked, run.states))));
  const RunAnswer answer{model, asked, run};
  std::cout << (line.has("json") ? run_json(answer) : run_text(answer));
  return 0;
}

}  // namespace

extern const Verb run;
const Verb run = {"run", "runs a model along given inputs, many steps at once where its rate allows it", 5, run_run};

}  // namespace unrecur::registry::verbs

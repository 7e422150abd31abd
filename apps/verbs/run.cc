// A recurrent model along the user's inputs, one step after the other or many at once.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

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

using RunJson = nlohmann::json;

template <class Value>
RunJson run_value(const std::optional<Value>& value) {
  return value ? RunJson(*value) : RunJson();
}

RunJson promise_json(const std::optional<RunPromise>& promise) {
  if (!promise) return {};
  return {{"sweeps", promise->sweeps()},
          {"jacobi", promise->jacobi},
          {"newton", promise->newton},
          {"warm_up", promise->warm_up},
          {"error", promise->error.value},
          {"method", promise->certificate.method},
          {"norm", promise->certificate.norm.name()},
          {"rate", promise->certificate.rate.value}};
}

RunJson method_json(const MethodRun& run, const std::optional<double>& sequential) {
  const bool faster = sequential && run.seconds > 0.0;
  return {{"method", name_of(run.method)},
          {"promised", promise_json(run.promised)},
          {"sweeps", run.sweeps()},
          {"jacobi", run.jacobi},
          {"newton", run.newton},
          {"chunks", run.chunks},
          {"warm_up", run.warm_up},
          {"stopped", name_of(run.stopped)},
          {"needed", run_value(run.needed)},
          {"error", run_value(run.error)},
          {"seconds", run.seconds},
          {"speedup", faster ? RunJson(*sequential / run.seconds) : RunJson()}};
}

RunJson run_json(const RecurrentModel& model, const DrivenLayers& asked, const ParallelRun& run) {
  RunJson methods = RunJson::array();
  for (const MethodRun& one : run.runs) methods.push_back(method_json(one, run.sequential_seconds));
  Index steps = 0;
  for (const Matrix<double>& x : asked.sequences) steps = std::max(steps, x.cols());
  return {{"schema", "unrecur.run/1"},
          {"model", {{"path", model.file}, {"sha256", model.sha256}, {"format", model.format}}},
          {"epsilon", run.epsilon},
          {"sequences", asked.sequences.size()},
          {"steps", steps},
          {"state_size", asked.cell->shape().state},
          {"output_size", asked.cell->shape().output},
          {"sequential_seconds", run_value(run.sequential_seconds)},
          {"proof_seconds", run.proof_seconds},
          {"starts_elsewhere", asked.starts_elsewhere},
          {"methods", methods}};
}

std::string work_text(const RunJson& numbers, const std::string& method) {
  if (method == "sequential") return "every step";
  if (method == "chunked") return fmt::format("{} to warm up", numbers["warm_up"].get<Index>());
  if (numbers["newton"] == 0) return fmt::format("{} sweeps", numbers["jacobi"].get<Index>());
  return fmt::format("{} + {} sweeps", numbers["jacobi"].get<Index>(), numbers["newton"].get<Index>());
}

std::string error_text(const RunJson& error) {
  return error.is_null() ? "not measured" : fmt::format("{:.3g}", error.get<double>());
}

/// What a method did, in words that do not stand in the table.
std::string run_remark(const RunJson& run) {
  const std::string method = run["method"], stopped = run["stopped"];
  if (method == "sequential") return {};
  if (stopped == "given_up") return "did not settle: the result is that of the sequential run";
  if (stopped == "whole_sequence") return "went through the whole sequence";
  if (!run["promised"].is_null()) return {};
  return method == "chunked" ? "no rate below 1 is proved: warmed up until the parts meet within the error"
                             : "no rate below 1 is proved: swept until no state moves by more than the error";
}

void print_run(const RunJson& document) {
  fmt::print("{:<11} {:>22} {:>11} {:>22} {:>13} {:>9} {:>7}\n", "method", "promised", "error <=", "done",
             "measured error", "seconds", "times");
  for (const RunJson& run : document["methods"]) {
    const std::string method = run["method"];
    const RunJson& promise = run["promised"];
    const bool sequential = method == "sequential";
    fmt::print("{:<11} {:>22} {:>11} {:>22} {:>13} {:>9.3g} {:>7}\n", method,
               sequential          ? ""
               : promise.is_null() ? "nothing"
                                   : work_text(promise, method),
               promise.is_null() ? "" : fmt::format("{:.2e}", promise["error"].get<double>()), work_text(run, method),
               error_text(run["error"]), run["seconds"].get<double>(),
               run["speedup"].is_null() ? "" : fmt::format("{:.2f}", run["speedup"].get<double>()));
  }
  for (const RunJson& run : document["methods"]) {
    const std::string remark = run_remark(run);
    if (!remark.empty()) fmt::print("{}: {}\n", run["method"].get<std::string>(), remark);
  }
  if (document["starts_elsewhere"].get<bool>()) {
    fmt::print("runs start from the zero state; the file has the layer start from another\n");
  }
}

/// h of every step as an array [steps, size], of several sequences [sequences, steps, size].
Tensor outputs_of(const DrivenLayers& asked, const std::vector<Matrix<double>>& states) {
  Tensor array{.name = "outputs", .dtype = "F64", .shape = {}, .data = {}};
  for (const Matrix<double>& s : states) {
    Matrix<double> h = asked.cell->output_of(s);
    if (asked.backward) h = Matrix<double>(h.rowwise().reverse());
    const Tensor one = to_tensor<double>("outputs", Matrix<double>(h.transpose()));
    array.data.insert(array.data.end(), one.data.begin(), one.data.end());
    array.shape = one.shape;
  }
  if (states.size() > 1) array.shape.insert(array.shape.begin(), static_cast<std::int64_t>(states.size()));
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
  line.option("method", "NAMES", "sequential, jacobi, newton, chunked, joined by commas; default chunked");
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
  if (const auto out = line.path("output")) write_atomically(*out, format_npy(outputs_of(asked, run.states)));
  const RunJson document = run_json(model, asked, run);
  if (line.has("json")) {
    std::cout << document.dump(2) << "\n";
  } else {
    print_run(document);
  }
  return 0;
}

}  // namespace

extern const Verb run;
const Verb run = {"run", "runs a model along given inputs, many steps at once where its rate allows it", 5, run_run};

}  // namespace unrecur::registry::verbs

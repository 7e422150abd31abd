#include "apps/answer/sequences/run_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace unrecur {
namespace {

using RunJson = nlohmann::json;

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
  return {{"method", name_of(run.method)}, {"promised", promise_json(run.promised)},
          {"sweeps", run.sweeps()},        {"jacobi", run.jacobi},
          {"newton", run.newton},          {"chunks", run.chunks},
          {"warm_up", run.warm_up},        {"stopped", name_of(run.stopped)},
          {"needed", or_null(run.needed)}, {"error", or_null(run.error)},
          {"seconds", run.seconds},        {"speedup", faster ? RunJson(*sequential / run.seconds) : RunJson()}};
}

RunJson run_document(const RunAnswer& answer) {
  const RecurrentModel& model = answer.model;
  const DrivenLayers& asked = answer.driven;
  const ParallelRun& run = answer.run;
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
          {"sequential_seconds", or_null(run.sequential_seconds)},
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
  if (stopped == "residual")
    return "promises no number of sweeps: swept until the residual and a proved rate show the error";
  return method == "chunked" ? "no rate below 1 is proved: warmed up until the parts meet within the error"
                             : "no rate below 1 is proved: swept until no state moves by more than the error";
}

std::string run_table(const RunJson& document) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{:<12} {:>22} {:>11} {:>22} {:>13} {:>9} {:>7}\n", "method", "promised", "error <=", "done",
                 "measured error", "seconds", "times");
  for (const RunJson& run : document["methods"]) {
    const std::string method = run["method"];
    const RunJson& promise = run["promised"];
    const bool sequential = method == "sequential";
    fmt::format_to(out, "{:<12} {:>22} {:>11} {:>22} {:>13} {:>9.3g} {:>7}\n", method,
                   sequential          ? ""
                   : promise.is_null() ? "nothing"
                                       : work_text(promise, method),
                   promise.is_null() ? "" : fmt::format("{:.2e}", promise["error"].get<double>()),
                   work_text(run, method), error_text(run["error"]), run["seconds"].get<double>(),
                   run["speedup"].is_null() ? "" : fmt::format("{:.2f}", run["speedup"].get<double>()));
  }
  for (const RunJson& run : document["methods"]) {
    const std::string remark = run_remark(run);
    if (!remark.empty()) fmt::format_to(out, "{}: {}\n", run["method"].get<std::string>(), remark);
  }
  if (document["starts_elsewhere"].get<bool>()) {
    fmt::format_to(out, "runs start from the zero state; the file has the layer start from another\n");
  }
  return text;
}

}  // namespace

std::string run_json(const RunAnswer& answer) {
  return run_document(answer).dump(2) + "\n";
}

std::string run_text(const RunAnswer& answer) {
  return run_table(run_document(answer));
}

std::vector<Matrix<double>> run_outputs(const DrivenLayers& driven, const std::vector<Matrix<double>>& states) {
  std::vector<Matrix<double>> outputs;
  for (const Matrix<double>& s : states) {
    const Matrix<double> h = driven.cell->output_of(s);
    outputs.emplace_back(driven.backward ? Matrix<double>(h.rowwise().reverse().transpose())
                                         : Matrix<double>(h.transpose()));
  }
  return outputs;
}

}  // namespace unrecur

#include "apps/answer/check_json.h"

#include <nlohmann/json.hpp>

#include "apps/answer/refutation_json.h"
#include "base/json_text.h"

namespace unrecur {
namespace {

using nlohmann::json;
using reports::CheckedBound;
using reports::CheckedContext;
using reports::CheckedEstimates;
using reports::CheckedGate;
using reports::CheckedLayer;
using reports::Kind;

json json_of(const CheckedBound& bound) {
  const bool upper = bound.side == Kind::upper;
  // A search for a lower bound that found nothing leaves the one that always holds.
  return {{"method", bound.method},
          {"side", upper ? "upper" : "lower"},
          {"rigour", bound.proved ? "proved" : "floating"},
          {"rate", upper ? or_null(bound.rate) : json(bound.rate.value_or(0.0))},
          {"norm", or_null(bound.norm)},
          {"seconds", bound.seconds},
          {"note", bound.note}};
}

json json_of(const CheckedGate& gate) {
  return {{"gate", gate.name},          {"spectral_norm", gate.spectral_norm},
          {"inf_norm", gate.inf_norm},  {"value", or_null(gate.value)},
          {"adds", or_null(gate.adds)}, {"rows", gate.rows}};
}

json json_of(const std::optional<CheckedEstimates>& estimates) {
  if (!estimates) return {};
  const auto& interval = estimates->lyapunov_interval;
  return {{"inputs", estimates->source},
          {"lyapunov_max", or_null(estimates->lyapunov_max)},
          {"lyapunov_interval", interval ? json::array({interval->first, interval->second}) : json()},
          {"steps", estimates->steps},
          {"k", estimates->orders},
          {"k_step_gain", estimates->gains},
          {"ascent_gain", or_null(estimates->ascent_gain)}};
}

json json_of(const CheckedContext& context, double epsilon) {
  json measured, gap;
  if (context.measured) {
    measured = or_null(context.measured->k);
    gap = {{"orders", context.measured->orders},
           {"largest", context.measured->largest},
           {"median", context.measured->median}};
  }
  return {{"epsilon", epsilon},           {"of", context.of},
          {"k", or_null(context.k)},      {"at_least", or_null(context.at_least)},
          {"for_ever", context.for_ever}, {"measured", measured},
          {"measured_gap", gap},          {"note", or_null(context.note)}};
}

template <class Items>
json list_of(const Items& items) {
  json list = json::array();
  for (const auto& item : items) list.push_back(json_of(item));
  return list;
}

/// From which states the context holds.
json starts_of(const LayerReport& report) {
  if (!report.context) return {};
  return report.context_from_stored == true ? "zero and stored states" : "zero states";
}

json numbers(const Matrix<double>& values) {
  return std::vector<double>(values.data(), values.data() + values.size());
}

/// The box of states and inputs for which the best rate is proved, null for every one; where it is proved of fewer
/// states, that is, low <= s <= high and, of an LSTM, low <= h - lean c <= high, they stand in "within".
json box_of(const LayerReport& report) {
  if (report.best() == nullptr) return {};
  const Domain& domain = report.best()->certificate->domain;
  json inputs;
  if (domain.inputs.bound()) inputs["bound"] = *domain.inputs.bound();
  if (domain.inputs.low().size() > 0) {
    inputs = {{"low", numbers(domain.inputs.low())}, {"high", numbers(domain.inputs.high())}};
  }
  if (domain.inputs.columns().size() > 0) inputs["vectors"] = domain.inputs.columns().cols();
  json box = {{"states", domain.limits.size() > 0 ? numbers(domain.limits) : json()}, {"inputs", inputs}};
  if (domain.low.size() > 0) box["within"] = {{"low", numbers(domain.low)}, {"high", numbers(domain.high)}};
  if (domain.lean.size() > 0) {
    box["within"]["band"] = {
        {"lean", numbers(domain.lean)}, {"low", numbers(domain.off_low)}, {"high", numbers(domain.off_high)}};
  }
  return box;
}

json json_of(const CheckedLayer& layer, double epsilon) {
  const auto attribute = [&](const char* name) {
    const auto found = layer.attributes.find(name);
    return found == layer.attributes.end() ? json() : json(found->second);
  };
  return {{"name", layer.name},
          {"cell", layer.cell},
          {"state_size", layer.state_size},
          {"input_size", layer.input_size > 0 ? json(layer.input_size) : json()},
          {"activation", attribute("activation")},
          {"convention", attribute("reset")},
          {"leak", attribute("leak")},
          {"direction", layer.direction},
          {"tensors", layer.tensors},
          {"note", layer.note},
          {"recurrent_norm", layer.recurrent_norm},
          {"gates", list_of(layer.gates)},
          {"verdict", layer.verdict},
          {"answer", layer.answer},
          {"rate", {{"lower", or_null(layer.lower)}, {"upper", or_null(layer.upper)}}},
          {"context", json_of(layer.context, epsilon)},
          {"domain", or_null(layer.domain)},
          {"limits", layer.limits},
          {"help", layer.help},
          {"rungs", list_of(layer.bounds)},
          {"estimates", json_of(layer.estimates)},
          {"refutation", json()}};
}

}  // namespace

std::string check_json(const reports::CheckedModel& answer, std::span<const LayerReport> reports) {
  json layers = json::array();
  for (std::size_t i = 0; i < answer.layers.size(); ++i) {
    json described = json_of(answer.layers[i], answer.epsilon);
    described["context"]["from"] = starts_of(reports[i]);
    described["box"] = box_of(reports[i]);
    described["refutation"] = refutation_json(reports[i]);
    layers.push_back(std::move(described));
  }
  json context = json_of(answer.context, answer.epsilon);
  context["from"] = context["k"].is_null() ? json() : json("zero states");
  if (reports.size() == 1) context["from"] = starts_of(reports.front());
  const json document = {{"schema", "unrecur.check/1"},
                         {"model", {{"path", answer.path}, {"sha256", answer.sha256}, {"format", answer.format}}},
                         {"verdict", answer.verdict},
                         {"context", std::move(context)},
                         {"layers", std::move(layers)}};
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace unrecur

#include "apps/answer/sequences/fit_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "base/json_text.h"

namespace unrecur {
namespace {

using FitJson = nlohmann::json;

FitJson twin_json(const FittedTwin& twin) {
  return {{"family", name_of(twin.family)},
          {"k", twin.order},
          {"error", twin.error},
          {"output_gap_max", twin.largest_gap},
          {"state_gap_max", or_null(twin.state_gap)},
          {"bound", twin.bound ? FitJson(twin.bound->value) : FitJson()},
          {"loss", or_null(twin.loss)},
          {"parameters", twin.parameters},
          {"multiply_adds", twin.multiply_adds}};
}

FitJson fit_document(const FitAnswer& answer) {
  const TwinFit& fit = answer.fit;
  FitJson twins = FitJson::array(), smallest = FitJson::object(), files = FitJson::array();
  for (const FittedTwin& twin : fit.twins) twins.push_back(twin_json(twin));
  for (const TwinFamily family : answer.options.families) {
    smallest[std::string(name_of(family))] = or_null(fit.smallest_order(family));
  }
  for (const auto& path : answer.written) files.push_back(path.string());
  return {{"schema", "unrecur.fit/1"},
          {"model", {{"path", answer.model.file}, {"sha256", answer.model.sha256}, {"format", answer.model.format}}},
          {"epsilon", fit.epsilon},
          {"outputs", answer.teacher.head ? "head" : "states"},
          {"output_size", answer.teacher.outputs()},
          {"output_rms", fit.output_rms},
          {"fitted_steps", fit.fitted_steps},
          {"held_out_steps", fit.held_out_steps},
          {"teacher_loss", or_null(fit.teacher_loss)},
          {"twins", twins},
          {"smallest_k", smallest},
          {"cheapest", fit.cheapest ? twin_json(fit.twins[*fit.cheapest]) : FitJson()},
          {"left_out", fit.left_out},
          {"files", files}};
}

std::string fit_number(const FitJson& value, const char* none) {
  return value.is_null() ? none : fmt::format("{:.4g}", value.get<double>());
}

std::string fit_table(const FitJson& document) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "imitated: {} {} a step, {} (RMS {:.4g}); fitted to {} steps, measured on {} others\n",
                 document["output_size"].get<Index>(), document["output_size"] == 1 ? "number" : "numbers",
                 document["outputs"] == "head" ? "the outputs of the head" : "the outputs of the last recurrent layer",
                 document["output_rms"].get<double>(), document["fitted_steps"].get<Index>(),
                 document["held_out_steps"].get<Index>());
  const bool losses = !document["teacher_loss"].is_null();
  fmt::format_to(out, "{:<10} {:>5} {:>11} {:>11} {:>11} {:>13} {:>11} {:>14}{}\n", "family", "k", "error",
                 "largest gap", "state gap", "proved bound", "parameters", "multiply-adds",
                 losses ? fmt::format(" {:>11}", "loss") : "");
  for (const FitJson& twin : document["twins"]) {
    fmt::format_to(out, "{:<10} {:>5} {:>11.4g} {:>11.4g} {:>11} {:>13} {:>11} {:>14}{}\n",
                   twin["family"].get<std::string>(), twin["k"].get<Index>(), twin["error"].get<double>(),
                   twin["output_gap_max"].get<double>(), fit_number(twin["state_gap_max"], ""),
                   fit_number(twin["bound"], ""), twin["parameters"].get<Index>(), twin["multiply_adds"].get<Index>(),
                   losses ? fmt::format(" {:>11.4g}", twin["loss"].get<double>()) : "");
  }
  if (losses) fmt::format_to(out, "loss of the model itself: {:.4g}\n", document["teacher_loss"].get<double>());
  for (const FitJson& line : document["left_out"]) fmt::format_to(out, "left out: {}\n", line.get<std::string>());
  const double epsilon = document["epsilon"];
  for (const auto& [family, k] : document["smallest_k"].items()) {
    fmt::format_to(out, "smallest k of {} for an error of {:g}: {}\n", family, epsilon,
                   k.is_null() ? std::string("none") : std::to_string(k.get<Index>()));
  }
  const FitJson& cheapest = document["cheapest"];
  if (cheapest.is_null()) {
    fmt::format_to(out, "no twin has an error of at most {:g}\n", epsilon);
  } else {
    fmt::format_to(out, "cheapest twin for an error of {:g}: {}, k = {}, {} multiply-adds a step\n", epsilon,
                   cheapest["family"].get<std::string>(), cheapest["k"].get<Index>(),
                   cheapest["multiply_adds"].get<Index>());
  }
  for (const FitJson& file : document["files"]) fmt::format_to(out, "written: {}\n", file.get<std::string>());
  return text;
}

}  // namespace

std::string fit_json(const FitAnswer& answer) {
  return fit_document(answer).dump(2) + "\n";
}

std::string fit_text(const FitAnswer& answer) {
  return fit_table(fit_document(answer));
}

const FittedTwin& twin_to_write(const TwinFit& fit) {
  if (fit.cheapest) return fit.twins[*fit.cheapest];
  if (fit.twins.empty()) throw UsageError("no twin was fitted: every order has too many features");
  return *std::ranges::min_element(fit.twins, {}, &FittedTwin::error);
}

}  // namespace unrecur

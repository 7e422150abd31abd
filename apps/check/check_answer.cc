#include "apps/check/check_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/check/check_estimates.h"
#include "apps/check/check_help.h"
#include "apps/check/check_limits.h"
#include "theory/certificates/context.h"

namespace unrecur {
namespace {

using reports::CheckedLayer;
using reports::ContextCurve;

/// Patterns of slopes may need states that no sequence leads to; what they refute is not about the others.
std::string visited_remark(const LayerCheck& check) {
  const auto refutes = [](const Rung& r) {
    return r.side == Side::lower && r.rigour == Rigour::proved && r.rate >= 1.0 &&
           (r.orbit || r.method != "periodic_orbit");
  };
  if (std::any_of(check.rungs.begin(), check.rungs.end(), refutes)) return {};
  return "; on the states that it visits it may forget (see the note of periodic_orbit)";
}

std::string words_for(const CheckedCell& checked, const RecurrentLayer& layer, double epsilon) {
  const LayerCheck& check = checked.check;
  switch (check.verdict) {
    case Verdict::proved:
      if (check.context) {
        return fmt::format("the layer forgets: {} steps of context are enough for an error of {:g}", *check.context,
                           epsilon);
      }
      return layer.conjugate ? "the layer forgets; no context is stated, for distances between its own states differ"
                             : "the layer forgets; no context is stated, for its states are not known to be bounded";
    case Verdict::refuted:
      return "no fixed norm makes this map contract over every state and every input: it need not forget" +
             visited_remark(check);
    case Verdict::undecided:
      if (!checked.cell) return "whether the layer forgets cannot be asked before the file's description is complete";
      if (check.rungs.empty()) return "no certificate knows this kind of cell yet";
      return fmt::format(
          "whether the layer forgets is not known: {}, and nothing found shows that it does not",
          check.rate_upper ? "every norm tried has a rate of 1 or more" : "no norm tried has a finite rate");
  }
  return {};
}

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

reports::CheckedRung described(const Rung& rung) {
  const bool upper = rung.side == Side::upper;
  // A lower bound of zero is what a search reports that found nothing.
  const bool found = std::isfinite(rung.rate) && (upper || rung.rate > 0.0);
  return {rung.method,
          upper ? reports::Kind::upper : reports::Kind::lower,
          rung.rigour == Rigour::proved,
          found ? std::optional(rung.rate) : std::nullopt,
          rung.norm,
          rung.seconds,
          rung.note};
}

/// Errors from 0.1, or above the one that is asked for, downwards; eight a decade.
std::vector<double> errors_around(double epsilon) {
  constexpr double steps = 8.0;
  const double high = std::clamp(std::log10(epsilon) + 1.0, -1.0, 300.0);
  const double low = std::clamp(std::log10(epsilon) - 1.0, -300.0, -9.0);
  std::vector<double> errors;
  const int count = std::min(400, static_cast<int>(std::ceil((high - low) * steps)));
  for (int i = 0; i <= count; ++i) errors.push_back(std::pow(10.0, high - (high - low) * i / count));
  return errors;
}

ContextCurve curve_of(const Certificate& certificate, const Reach& reach, const std::vector<double>& errors) {
  ContextCurve curve{certificate.method, certificate.rate.value, {}, {}};
  const GapBound bound = certificate_bound(certificate, reach, GapNorm::euclidean);
  for (const double epsilon : errors) {
    const auto k = bound.context(epsilon);
    if (!k) continue;
    curve.epsilon.push_back(epsilon);
    curve.k.push_back(static_cast<double>(*k));
  }
  return curve;
}

/// The certificate of the context first, then by rate.
std::vector<ContextCurve> curves_of(const LayerCheck& check, double epsilon) {
  std::vector<const Certificate*> certificates;
  for (const Rung& rung : check.rungs) {
    if (!rung.certificate || rung.certificate->rate.rigour != Rigour::proved) continue;
    if (rung.certificate->rate.value < 1.0) certificates.push_back(&*rung.certificate);
  }
  std::stable_sort(certificates.begin(), certificates.end(), [&](const Certificate* a, const Certificate* b) {
    return std::pair(a != check.best, a->rate.value) < std::pair(b != check.best, b->rate.value);
  });
  const std::vector<double> errors = errors_around(epsilon);
  std::vector<ContextCurve> curves;
  for (const Certificate* certificate : certificates) {
    curves.push_back(curve_of(*certificate, check.reach, errors));
    if (curves.back().k.empty()) curves.pop_back();
  }
  return curves;
}

CheckedLayer described(const RecurrentModel& model, const RecurrentLayer& layer, const CheckedCell& checked,
                       const CheckQuestion& question) {
  const LayerCheck& check = checked.check;
  CheckedLayer plain;
  plain.name = layer.name;
  plain.cell = layer.cell;
  plain.verdict = name_of(check.verdict);
  plain.attributes = layer.attributes;
  plain.direction = layer.direction;
  plain.description = format_layer(layer);
  plain.tensors = layer.sources;
  plain.state_size = layer.state_size;
  plain.input_size = input_size_of(layer);
  plain.note = format_remark(layer);
  plain.recurrent_norm = check.recurrent_norm;
  plain.lower = check.rate_lower ? finite(*check.rate_lower) : std::nullopt;
  plain.upper = check.rate_upper ? finite(*check.rate_upper) : std::nullopt;
  if (check.context) plain.context = *check.context;
  plain.domain = check.domain;
  plain.answer = words_for(checked, layer, question.epsilon);
  plain.help = help_for(model, layer, checked, question);
  for (const Rung& rung : check.rungs) plain.rungs.push_back(described(rung));
  if (check.context) plain.curves = curves_of(check, question.epsilon);
  add_limits(plain, layer, checked);
  if (question.inputs && checked.cell && checked.inputs.bounded()) {
    plain.estimates = estimates_along(*checked.cell, layer, *question.inputs);
  }
  return plain;
}

}  // namespace

reports::CheckedModel answer_of(const RecurrentModel& model, std::span<const RecurrentLayer> layers,
                                std::span<const CheckedCell> cells, const CheckQuestion& question) {
  reports::CheckedModel answer{
      question.path, model.sha256, model.format, name_of(verdict_of(cells)), question.epsilon, {}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    answer.layers.push_back(described(model, layers[i], cells[i], question));
  }
  return answer;
}

}  // namespace unrecur

#include "reports/sections/rivals/verdicts.h"

#include <optional>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/blocks/statistics.h"
#include "reports/results/metrics.h"
#include "reports/results/paper_cells.h"
#include "reports/sections/rivals/race.h"

namespace unrecur::reports::rivals {
namespace {

using Standing = ClaimOutcome::Standing;

// The rules, as the configurations have them.
constexpr double kMostLost = 1.01, kLearned = 99.9, kNotLearned = 50.0, kMostLostByTruncation = 1.02;

/// The mean accuracy of a model, and a word of evidence; nothing where it was not run.
std::optional<double> accuracy_of(const std::vector<const Variant*>& variants, const std::string& model,
                                  std::string& evidence) {
  const Variant* variant = find_model(variants, model);
  const std::vector<double> values = variant == nullptr ? std::vector<double>() : variant->metrics("test_accuracy");
  evidence += (evidence.empty() ? "" : ", ") + literal(model) + " ";
  if (values.empty()) {
    evidence += "missing";
    return std::nullopt;
  }
  const double mean = summarize(values).mean;
  evidence += format_number(mean) + " %";
  return mean;
}

/// How two models stand by their means over paired seeds.
template <class Right>
ClaimOutcome side_by_side(const Variant* one, const Variant* other, const std::string& metric, const Right& right) {
  ClaimOutcome outcome;
  std::vector<double> first, second;
  if (one != nullptr && other != nullptr) {
    for (const auto& [a, b] : paired(*one, *other, metric)) {
      first.push_back(a);
      second.push_back(b);
    }
  }
  if (first.empty()) {
    outcome.evidence = "missing: both models on one seed";
    return outcome;
  }
  const double a = summarize(first).mean, b = summarize(second).mean;
  const bool holds = right(a, b);
  outcome.standing = holds ? Standing::holds : Standing::fails;
  outcome.count(holds);
  outcome.evidence =
      literal(model_of(*one)) + " " + format_number(a) + ", " + literal(model_of(*other)) + " " + format_number(b);
  outcome.ours = outcome.evidence;
  return outcome;
}

}  // namespace

std::map<std::string, ClaimOutcome> copy_verdicts(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool holds = true, missing = false;
  for (const char* task : {"copy-500", "copy-1000"}) {
    const std::vector<const Variant*> own = of_task(variants, task);
    std::string evidence;
    const auto judge = [&](const std::string& model, auto&& right) {
      const auto accuracy = accuracy_of(own, model, evidence);
      missing = missing || !accuracy;
      holds = holds && (!accuracy || right(*accuracy));
      if (accuracy) outcome.count(right(*accuracy));
    };
    judge("tcn", [](double accuracy) { return accuracy >= kLearned; });
    for (const char* model : kPaperCells) judge(model, [](double accuracy) { return accuracy < kNotLearned; });
    outcome.evidence += (outcome.evidence.empty() ? "" : "; ") + literal(task) + ": " + evidence;
  }
  if (!holds) {
    outcome.standing = Standing::fails;
  } else if (!missing) {
    outcome.standing = Standing::holds;
  }
  outcome.ours = outcome.evidence;
  return {{"F2", outcome}};
}

std::map<std::string, ClaimOutcome> music_verdicts(const std::vector<Variant>& variants) {
  return {{"F1", matches_recurrent(variants, {"jsb", "nottingham"}, kMostLost)}};
}

std::map<std::string, ClaimOutcome> text_verdicts(const std::vector<Variant>& variants) {
  return {{"F1", matches_recurrent(variants, {"ptb-char"}, kMostLost)}};
}

std::map<std::string, ClaimOutcome> ngram_verdicts(const std::vector<Variant>& variants) {
  const std::vector<const Variant*> own = of_task(variants, "ptb-word");
  const auto right = [](double cut, double whole) { return cut <= kMostLostByTruncation * whole; };
  const auto judged = [&](const std::string& whole, const std::string& cut) {
    return side_by_side(find_model(own, cut, "13"), find_model(own, whole), "test_perplexity", right);
  };
  return {{"F3", judged(kPaperLstm, "ngram_lstm")}, {"F3s", judged("lstm-sentences", "ngram_lstm-sentences")}};
}

std::map<std::string, ClaimOutcome> speech_verdicts(const std::vector<Variant>& variants) {
  const std::vector<const Variant*> own = of_task(variants, "fsdd");
  const auto less = [](double wavenet, double recurrent) { return wavenet < recurrent; };
  return {{"W1", side_by_side(find_model(own, "wavenet"), find_model(own, kPaperLstm), "test_bits", less)}};
}

}  // namespace unrecur::reports::rivals

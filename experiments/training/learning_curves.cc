#include "experiments/training/learning_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace unrecur {

Series over_epochs(std::string name, std::string y_name, std::vector<double> y, std::string side) {
  std::vector<double> x(y.size());
  std::iota(x.begin(), x.end(), 1.0);
  return {std::move(name), "epoch", std::move(y_name), std::move(x), std::move(y), std::move(side)};
}

void add_learning(Findings& findings, const Trained& trained, const Workload& workload) {
  const TrainingOutcome& outcome = trained.outcome;
  const std::string measure = workload.measure();
  findings.metrics["test_" + measure] = trained.test;
  findings.metrics["valid_" + measure] = workload.shown(outcome.best_valid);
  findings.metrics["best_epoch"] = static_cast<double>(outcome.best_epoch);
  std::vector<double> train, valid;
  for (const EpochRecord& record : outcome.history) {
    train.push_back(record.train);
    valid.push_back(workload.shown(record.valid));
  }
  findings.series.push_back(over_epochs("train_nll", "loss", std::move(train)));
  findings.series.push_back(over_epochs("valid_" + measure, measure, std::move(valid)));
}

double count_weights(const SequenceModel<float>& model) {
  double count = 0.0;
  for_each_weight(model, [&](const std::string&, const Matrix<float>& weights, int) {
    count += static_cast<double>(weights.size());
  });
  return count;
}

std::optional<Index> add_receptive_field(Findings& findings, const SequenceModel<float>& model) {
  const auto field = model.layers().receptive_field();
  if (field) findings.metrics["receptive_field"] = static_cast<double>(*field);
  return field;
}

std::vector<double> proved_rates(const TrainingOutcome& outcome) {
  std::vector<double> rates;
  for (const EpochRecord& record : outcome.history) {
    if (!std::isfinite(record.proved_rate)) return {};
    rates.push_back(record.proved_rate);
  }
  return rates;
}

bool add_proved_rates(Findings& findings, const TrainingOutcome& outcome) {
  std::vector<double> rates = proved_rates(outcome);
  if (rates.empty()) return false;
  findings.metrics["rate_proved_largest"] = *std::ranges::max_element(rates);
  findings.series.push_back(over_epochs("rate_proved", "rate", std::move(rates), "upper"));
  return true;
}

void add_speed(Findings& findings, const TrainingOutcome& outcome) {
  if (!(outcome.training_seconds > 0.0)) return;
  findings.notes["tokens_per_second"] = fmt::format("{:.0f}", outcome.columns_per_second);
  findings.notes["training_seconds"] = fmt::format("{:.3g}", outcome.training_seconds);
  findings.notes["projection_seconds"] = fmt::format("{:.3g}", outcome.projection_seconds);
}

}  // namespace unrecur

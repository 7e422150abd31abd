#include "experiments/stability/gradient_study.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "experiments/plan/config.h"
#include "experiments/stability/input_gradients.h"
#include "experiments/stability/trained_model.h"
#include "experiments/stability/training_pieces.h"

namespace unrecur {
namespace {

struct Reach {
  Index distance, pieces, settle;
};

Reach read_reach(const Config& config) {
  return {config.get_int("distance", 50, {.at_least = 2, .at_most = 100000}),
          config.get_int("pieces", 200, {.at_least = 1, .at_most = 1000000}),
          config.get_int("settle", 50, {.at_least = 0, .at_most = 100000})};
}

/// The value that a share of the values lies below.
double quantile(std::vector<double> values, double share) {
  const auto place = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end());
  return values[place];
}

/// The factor a step that the least-squares line through ln y_1, ln y_2, … has; 0 where some y is 0.
double decay_of(const std::vector<double>& y) {
  double sum = 0.0, weighted = 0.0, squares = 0.0;
  const double middle = 0.5 * static_cast<double>(y.size());  // the mean of 1 … y.size() − 1
  for (std::size_t i = 1; i < y.size(); ++i) {
    if (!(y[i] > 0.0)) return 0.0;
    const double x = static_cast<double>(i) - middle;
    sum += std::log(y[i]);
    weighted += x * std::log(y[i]);
    squares += x * x;
  }
  return std::isfinite(sum) ? std::exp(weighted / squares) : 0.0;
}

void add_norms(Findings& findings, const std::string& stage, const Matrix<double>& norms) {
  std::vector<double> i(static_cast<std::size_t>(norms.rows())), mean, low, high;
  std::iota(i.begin(), i.end(), 0.0);
  for (Index row = 0; row < norms.rows(); ++row) {
    const std::vector<double> values(norms.row(row).begin(), norms.row(row).end());
    mean.push_back(norms.row(row).mean());
    low.push_back(quantile(values, 0.1));
    high.push_back(quantile(values, 0.9));
  }
  findings.metrics["vanishing_" + stage] = mean.back() / mean[1];
  findings.metrics["decay_" + stage] = decay_of(mean);
  const std::string name = "gradient_" + stage;
  findings.series.push_back({name + "_mean", "i", "gradient norm", i, std::move(mean)});
  findings.series.push_back({name + "_low", "i", "gradient norm", i, std::move(low)});
  findings.series.push_back({name + "_high", "i", "gradient norm", i, std::move(high)});
}

}  // namespace

Findings run_gradient_study(const JobContext& job) {
  const Reach reach = read_reach(job.config);
  read_studied_model(job.config);
  job.config.require_all_read();
  const StudiedModel studied = train_studied_model(job);
  Findings findings;
  add_training(findings, studied);
  const std::vector<Sequence> pieces =
      training_pieces(studied.workload.data(), {.count = reach.pieces, .length = reach.settle + reach.distance + 1});
  for (const auto& [stage, model] :
       {std::pair{"start", &studied.start}, std::pair{"trained", &studied.trained.outcome.model}}) {
    poll_while_measuring(job.execution);
    add_norms(findings, stage, input_gradient_norms(cast_model<double>(*model), pieces, reach.distance));
  }
  findings.metrics["pieces"] = static_cast<double>(pieces.size());
  return findings;
}

void read_gradient_study(const Config& config) {
  read_reach(config);
  read_studied_model(config);
}

}  // namespace unrecur

#include "experiments/truncation/weight_paths.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/stopwatch.h"
#include "experiments/plan/config.h"
#include "experiments/support/progress.h"
#include "experiments/training/checkpoint.h"
#include "experiments/training/optimiser.h"
#include "experiments/training/recipe.h"
#include "experiments/workload/workload.h"
#include "models/truncation/windows.h"

namespace unrecur {
namespace {

struct PathSettings {
  WorkloadOptions work;
  Recipe recipe;
  std::vector<Index> orders;  ///< the last one is T
  Index record_every;
};

PathSettings read_path_settings(const Config& config) {
  PathSettings settings;
  settings.work.task = config.get_string("task");
  settings.recipe = read_recipe(config);
  const Index length = config.get_int("length", 65, {.at_least = 2, .at_most = 100000});
  for (const auto k : config.get_ints("orders", {.at_least = 1, .at_most = length - 1})) settings.orders.push_back(k);
  settings.orders.push_back(length);
  settings.work.bptt = length;
  // Any order but 0 asks for batches that start at the zero state; order 1 adds no context before a piece.
  settings.work.order = 1;
  if (is_text_task(settings.work.task)) settings.work.text = read_small_text_options(config);
  settings.record_every = config.get_int("record_every", {.at_least = 1, .at_most = 100000000});
  const TrainingOptions& training = settings.recipe.training;
  for (const auto& [key, rate] : {std::pair{"input_dropout", training.dropout.input},
                                  {"output_dropout", training.dropout.output},
                                  {"dropout_between", training.dropout.between},
                                  {"embedding_dropout", training.dropout.embedding}}) {
    if (rate > 0.0) config.reject(key, "0 expected: the paths have no dropout");
  }
  if (training.optimiser.name != "sgd" || training.optimiser.momentum != 0.0) {
    config.reject("optimiser", "\"sgd\" without momentum expected");
  }
  if (settings.recipe.stable_set != "none") config.reject("stable_set", "\"none\" expected");
  return settings;
}

double squared_distance(const Parameters<float>& a, const Parameters<float>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i].value.cast<double>() - b[i].value.cast<double>()).squaredNorm();
  }
  return sum;
}

double distance(const SequenceModel<float>& a, const SequenceModel<float>& b) {
  return std::sqrt(squared_distance(all_weights(a), all_weights(b)));
}

double recurrent_distance(const SequenceModel<float>& a, const SequenceModel<float>& b) {
  const Parameters<float>&v = a.layers().parameters(), &w = b.layers().parameters();
  double sum = 0.0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (!v[i].name.starts_with("weight_hh")) continue;
    sum += (v[i].value.cast<double>() - w[i].value.cast<double>()).squaredNorm();
  }
  return std::sqrt(sum);
}

/// The models, and what was seen of them so far.
class Paths {
 public:
  Paths(const PathSettings& settings, const Workload& workload, const JobContext& job)
      : settings_(settings),
        job_(job),
        run_("weight paths " + job.config.resolved_json() + " seed " + std::to_string(job.seed)),
        source_(workload.source(settings.recipe.batch, job.seed)),
        start_(initial_model(settings.recipe, workload, job.seed)),
        steps_(settings.recipe.training.epochs * source_->steps_per_epoch()) {
    models_.assign(settings.orders.size(), start_);
    records_ = Matrix<float>::Zero(rows(), 0);
    resume();
  }

  void train() {
    if (step_ == 0) record();
    while (step_ < steps_) {
      for (std::size_t i = 0; i < models_.size(); ++i) one_step(i);
      if (++step_ % settings_.record_every == 0) record();
      job_.progress.update(static_cast<double>(step_), static_cast<double>(steps_), "steps", "");
      save_when_due();
    }
    save();
  }

  const std::vector<SequenceModel<float>>& models() const { return models_; }
  /// One row for each order, all weights then the recurrent ones; then the reference's two path lengths. The last row
  /// but the step.
  const Matrix<float>& records() const { return records_; }
  Index rows() const { return 2 * static_cast<Index>(settings_.orders.size()) + 1; }

 private:
  void one_step(std::size_t i) {
    const Index steps = source_->steps_per_epoch();
    const Batch<float> batch = source_->batch(step_ / steps, step_ % steps);
    Gradients<float> gradients = models_[i].make_gradients();
    const LossSum loss = differentiate_truncated(models_[i], batch, settings_.orders[i], {}, work_, gradients);
    if (!std::isfinite(loss.sum)) throw UsageError("training diverged in step " + std::to_string(step_ + 1));
    const TrainingOptions& training = settings_.recipe.training;
    Sgd().step(models_[i], gradients, {training.learning_rate, training.clip, training.factors});
  }

  void record() {
    const SequenceModel<float>& reference = models_.back();
    Vector<float> row(rows());
    Index r = 0;
    row(r++) = static_cast<float>(step_);
    for (std::size_t i = 0; i + 1 < models_.size(); ++i) {
      row(r++) = static_cast<float>(distance(models_[i], reference));
      row(r++) = static_cast<float>(recurrent_distance(models_[i], reference));
    }
    row(r++) = static_cast<float>(distance(reference, start_));
    row(r++) = static_cast<float>(recurrent_distance(reference, start_));
    records_.conservativeResize(rows(), records_.cols() + 1);
    records_.rightCols(1) = row;
  }

  std::filesystem::path file() const { return job_.folder / "checkpoint"; }

  void resume() {
    const auto stored = load_checkpoint(file(), run_);
    if (!stored) return;
    step_ = stored->step;
    records_ = stored->carried;
    const std::size_t each = stored->weights.size() / models_.size();
    for (std::size_t i = 0; i < models_.size(); ++i) {
      const auto begin = stored->weights.begin() + static_cast<std::ptrdiff_t>(i * each);
      Parameters<float> weights(begin, begin + static_cast<std::ptrdiff_t>(each));
      for (auto& p : weights) p.name.erase(0, p.name.find('/') + 1);
      set_all_weights(models_[i], weights);
    }
  }

  void save() {
    TrainingState state;
    state.step = step_;
    state.carried = records_;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      for (auto& p : all_weights(models_[i])) {
        p.name = "k" + std::to_string(settings_.orders[i]) + "/" + p.name;
        state.weights.push_back(std::move(p));
      }
    }
    save_checkpoint(file(), run_, state);
    since_saved_ = {};
  }

  void save_when_due() {
    const bool stop = job_.execution.stop.stop_requested();
    if (stop || since_saved_.seconds() >= 30.0) save();
    if (stop) throw Interrupted("training stopped after step " + std::to_string(step_) + "; its state is saved");
  }

  const PathSettings& settings_;
  const JobContext& job_;
  std::string run_;
  std::unique_ptr<BatchSource> source_;
  SequenceModel<float> start_;
  std::vector<SequenceModel<float>> models_;
  Workspace<float> work_;
  Index steps_, step_ = 0;
  Matrix<float> records_;
  Stopwatch since_saved_;
};

std::vector<double> row_of(const Matrix<float>& records, Index row) {
  std::vector<double> values(static_cast<std::size_t>(records.cols()));
  for (Index j = 0; j < records.cols(); ++j) values[static_cast<std::size_t>(j)] = static_cast<double>(records(row, j));
  return values;
}

void add(Findings& findings, const std::string& name, const Matrix<float>& records, Index row) {
  findings.series.push_back({name, "step", "distance", row_of(records, 0), row_of(records, row), "measured"});
  findings.metrics[name] = static_cast<double>(records(row, records.cols() - 1));
}

}  // namespace

Findings run_weight_paths(const JobContext& job) {
  PathSettings settings = read_path_settings(job.config);
  job.config.require_all_read();
  settings.work.seed = job.seed;
  const Workload workload = make_workload(settings.work, job.data);
  Paths paths(settings, workload, job);
  paths.train();

  Findings findings;
  Index row = 1;
  for (std::size_t i = 0; i + 1 < settings.orders.size(); ++i) {
    const std::string k = "k" + std::to_string(settings.orders[i]);
    add(findings, "distance_" + k, paths.records(), row++);
    add(findings, "recurrent_distance_" + k, paths.records(), row++);
  }
  add(findings, "path_length", paths.records(), row++);
  add(findings, "recurrent_path_length", paths.records(), row++);
  for (std::size_t i = 0; i < settings.orders.size(); ++i) {
    const double valid = workload.validate_at(paths.models()[i], settings.orders[i]);
    findings.metrics["valid_" + workload.measure() + "_k" + std::to_string(settings.orders[i])] = workload.shown(valid);
  }
  findings.notes["data"] = workload.origin();
  return findings;
}

void read_weight_paths(const Config& config) {
  read_path_settings(config);
}

}  // namespace unrecur

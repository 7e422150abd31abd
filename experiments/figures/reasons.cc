// The article's three reasons for feed-forward models, measured: training time, trainability, cost of inference.
#include <utility>
#include <vector>

#include "experiments/plan/config.h"
#include "experiments/rivals/rival.h"
#include "experiments/rivals/timing.h"
#include "experiments/training/initialise.h"
#include "experiments/training/learning_curves.h"
#include "models/arrays/product.h"

namespace unrecur {
namespace {

/// What `study` asks for: time of training against length and threads, cost of a step of inference, or one training
/// run of a grid.
const std::vector<std::string> kStudies{"time", "inference", "trainability"};

struct ReasonStudy {
  std::string study, model;
  Recipe recipe;
  Index frame = 1;
  std::vector<Index> lengths;
  int products = 1;  ///< threads of a product
  TimingOptions timing;
};

ReasonStudy read_study(const Config& config) {
  ReasonStudy study;
  study.study = config.get_choice("study", kStudies);
  study.model = config.get_string("model");
  study.recipe = read_recipe(config);
  config.get_string("task");
  study.frame = config.get_int("frame", {.at_least = 1, .at_most = 10000});
  for (const std::int64_t length : config.get_ints("lengths", {.at_least = 1, .at_most = 100000})) {
    study.lengths.push_back(length);
  }
  if (study.lengths.empty()) config.reject("lengths", "at least one number of steps expected");
  study.products = static_cast<int>(config.get_int("product_threads", 1, {.at_least = 1, .at_most = 256}));
  study.timing.batch = study.recipe.batch;
  study.timing.repeats = config.get_int("repeats", 5, {.at_least = 1, .at_most = 1000});
  return study;
}

bool is_training(const Config& config) {
  return config.get_choice("study", kStudies) == "trainability";
}

void read_reasons(const Config& config) {
  if (is_training(config)) {
    check_rival(config);
  } else {
    read_study(config);
  }
}

Findings run_reasons(const JobContext& job) {
  if (is_training(job.config)) return run_rival(job);
  const ReasonStudy study = read_study(job.config);
  job.config.require_all_read();
  ModelSpec spec = study.recipe.model;
  spec.frame = spec.outputs = study.frame;
  spec.embedding = 0;
  spec.loss = "squared";
  SequenceModel<float> model(spec);
  initialise(model, {.seed = job.seed});
  // The job is a process of its own, and this its only computation.
  const ProductThreads threads(study.products);

  Findings findings;
  findings.metrics["parameters"] = count_weights(model);
  add_receptive_field(findings, model);
  Series trained{"training_seconds_per_step", "steps of a sequence", "seconds a step", {}, {}};
  Series cached{"cached_seconds_per_step", "inputs a naive pass goes over", "seconds a step", {}, {}};
  Series naive = cached;
  naive.name = "naive_seconds_per_step";
  for (const Index length : study.lengths) {
    if (job.execution.stop.stop_requested()) throw Interrupted("stopped while measuring");
    const auto x = static_cast<double>(length);
    if (study.study == "time") {
      trained.x.push_back(x);
      trained.y.push_back(training_seconds_per_step(model, length, study.timing));
    } else {
      const InferenceSeconds seconds = inference_seconds_per_step(model, length, study.timing);
      cached.x.push_back(x);
      cached.y.push_back(seconds.cached);
      naive.x.push_back(x);
      naive.y.push_back(seconds.naive);
    }
  }
  for (Series* series : {&trained, &cached, &naive}) {
    if (!series->x.empty()) findings.series.push_back(std::move(*series));
  }
  return findings;
}

}  // namespace

namespace registry::figures {
extern const Experiment reasons;
const Experiment reasons{"reasons", "The reasons for feed-forward models: training time, trainability, inference", 1,
                         &run_reasons, &read_reasons};
}  // namespace registry::figures

}  // namespace unrecur

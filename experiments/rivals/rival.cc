#include "experiments/rivals/rival.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "experiments/measures/slot_score.h"
#include "experiments/plan/config.h"
#include "experiments/rivals/images.h"
#include "experiments/rivals/speech.h"
#include "experiments/tasks/make_task.h"
#include "experiments/training/learning_curves.h"
#include "experiments/workload/sequence_data.h"

namespace unrecur {
namespace {

constexpr Index kScoredAtOnce = 16;

bool is_copy(const Task& task) {
  return task.name.starts_with("copy");
}

/// Percent of the columns that count at which the most likely symbol is right.
double accuracy_of(const SequenceModel<float>& model, std::span<const Batch<float>> batches, int first_that_not) {
  double right = 0.0, all = 0.0;
  for (const Batch<float>& batch : batches) {
    const std::vector<int> found = most_likely(model, batch);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto& weights = batch.targets.weights;
      const bool counts = weights.size() == 0 || weights(static_cast<Index>(i)) > 0.0F;
      if (!counts || batch.targets.symbols[i] >= first_that_not) continue;
      all += 1.0;
      right += found[i] == batch.targets.symbols[i] ? 1.0 : 0.0;
    }
  }
  return 100.0 * right / all;
}

bool is_audio(const std::string& task) {
  return task == "fsdd" || task == "tones";
}

Likelihood::Unit unit_of(const Task& task) {
  if (is_audio(task.name)) return Likelihood::Unit::bits;
  return task.target == TargetKind::squared ? Likelihood::Unit::mse : Likelihood::Unit::nll;
}

/// Recordings are no files of make_task.
class AudioData : public SequenceData {
 public:
  explicit AudioData(const std::shared_ptr<const Task>& task) : SequenceData(task), origin_(task->source) {}
  std::string origin() const override { return origin_; }

 private:
  std::string origin_;
};

std::unique_ptr<Dataset> data_of(const std::shared_ptr<const Task>& task) {
  if (is_audio(task->name)) return std::make_unique<AudioData>(task);
  return std::make_unique<SequenceData>(task);
}

RivalWork sequence_work(Task made, Index order) {
  const auto task = std::make_shared<const Task>(std::move(made));
  const auto unit = unit_of(*task);
  RivalWork work{{data_of(task), std::make_unique<Likelihood>(unit), order}};
  if (task->target != TargetKind::softmax) return work;
  // Of copy memory the letters come first, then the blank.
  const int blank = static_cast<int>(is_copy(*task) ? task->target_size - 2 : task->target_size);
  work.accuracy = [task, blank](const SequenceModel<float>& model) {
    return accuracy_of(model, evaluation_batches(task->test, kScoredAtOnce, task->window), blank);
  };
  return work;
}

RivalWork image_work(std::shared_ptr<const ImageData> data, Index order) {
  RivalWork work{{std::make_unique<ImageSequences>(data), std::make_unique<Likelihood>(Likelihood::Unit::nll), order}};
  work.accuracy = [data](const SequenceModel<float>& model) {
    double right = 0.0;
    const std::vector<Index> all = data->part(Part::test);
    for (std::size_t begin = 0; begin < all.size(); begin += kScoredAtOnce) {
      const std::size_t count = std::min<std::size_t>(kScoredAtOnce, all.size() - begin);
      const Batch<float> batch = data->batch(std::span(all).subspan(begin, count));
      right += accuracy_of(model, std::span(&batch, 1), kDigits) * static_cast<double>(count);
    }
    return right / static_cast<double>(all.size());
  };
  return work;
}

bool is_numbered(const std::string& task) {
  return task.starts_with("copy-") || task.starts_with("adding-");
}

}  // namespace

Rival read_rival(const Config& config) {
  Rival rival{config.get_string("model"), read_workload(config), read_recipe(config)};
  const auto count = [&](const char* key) { return config.get_int(key, {.at_least = 1, .at_most = 10000000}); };
  if (is_numbered(rival.work.task) && config.has("sequences")) rival.work.sequences = count("sequences");
  if (config.has("order")) rival.work.order = count("order");
  const bool cut = config.has("train_symbols") || config.has("valid_symbols") || config.has("test_symbols");
  if (is_text_task(rival.work.task) && cut) rival.work.text = read_small_text_options(config);
  return rival;
}

void check_rival(const Config& config) {
  read_rival(config);
}

RivalWork make_rival_work(const Rival& rival, std::uint64_t seed, const DataSource& data) {
  WorkloadOptions work = rival.work;
  work.seed = seed;
  if (pixel_order(work.task)) return image_work(images_of_task(work.task, seed, data), work.order);
  if (work.task == "atis" || is_text_task(work.task)) return {make_workload(work, data)};
  if (work.task == "fsdd") return sequence_work(make_speech_task(data), work.order);
  if (work.task == "tones") return sequence_work(make_tones_task(seed), work.order);
  return sequence_work(make_task(work.task, {.seed = seed, .sequences = work.sequences}, data), work.order);
}

Findings run_rival(const JobContext& job) {
  return run_rival_and(job, [](const SequenceModel<float>&, Findings&) {});
}

Findings run_rival_and(const JobContext& job, const std::function<void(const SequenceModel<float>&, Findings&)>& also) {
  const Rival rival = read_rival(job.config);
  job.config.require_all_read();
  const RivalWork work = make_rival_work(rival, job.seed, job.data);
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  const Trained trained =
      run_recipe(rival.recipe, work.workload, job.seed, job.folder, name, job.progress, job.execution);
  const SequenceModel<float>& model = trained.outcome.model;

  Findings findings;
  add_learning(findings, trained, work.workload);
  if (work.accuracy) findings.metrics["test_accuracy"] = work.accuracy(model);
  findings.metrics["parameters"] = count_weights(model);
  if (rival.work.order > 0) {
    findings.metrics["receptive_field"] = static_cast<double>(rival.work.order);
  } else {
    add_receptive_field(findings, model);
  }
  add_speed(findings, trained.outcome);
  findings.notes["data"] = work.workload.origin();
  also(model, findings);
  return findings;
}

}  // namespace unrecur

#include "experiments/training/workload.h"

#include <algorithm>
#include <utility>

#include "experiments/data/text.h"
#include "experiments/measures/likelihood.h"
#include "experiments/measures/slot_score.h"
#include "experiments/plan/config.h"
#include "experiments/tasks/make_task.h"
#include "experiments/tasks/stream.h"
#include "experiments/training/unknown_words.h"

namespace unrecur {
namespace {

/// Sequences evaluated side by side.
constexpr Index kEvaluationBatch = 16;

/// Sizes and loss of the task's inputs and outputs.
ModelSpec fit(ModelSpec spec, const Task& task) {
  if (task.input == InputKind::dense) {
    spec.frame = task.input_size;
    spec.embedding = 0;
  } else {
    spec.symbols = task.input_size;
    spec.window = task.window;
  }
  spec.outputs = task.target_size;
  spec.loss = name_of(task.target);
  return spec;
}

/// A sequence workload that keeps its task.
class OwnedSequences : public Workload {
 public:
  explicit OwnedSequences(Task task) : task_(std::move(task)), sequences_(task_) {}
  OwnedSequences(const OwnedSequences&) = delete;
  OwnedSequences& operator=(const OwnedSequences&) = delete;

  ModelSpec fitted(ModelSpec spec) const override { return sequences_.fitted(std::move(spec)); }
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed) const override {
    return sequences_.source(size, seed);
  }
  double validate(const SequenceModel<float>& model) const override { return sequences_.validate(model); }
  double test(const SequenceModel<float>& model) const override { return sequences_.test(model); }
  std::string origin() const override { return sequences_.origin(); }
  InputBounds inputs() const override { return sequences_.inputs(); }

 private:
  Task task_;
  SequenceWorkload sequences_;
};

/// Slot filling, judged by the F1 of its chunks in percent.
class SlotWorkload : public Workload {
 public:
  SlotWorkload(SlotTask task, double unknown_rate) : task_(std::move(task)), unknown_rate_(unknown_rate) {}

  ModelSpec fitted(ModelSpec spec) const override { return fit(std::move(spec), task_.task); }
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed) const override {
    return std::make_unique<UnknownWords>(task_, size, seed, unknown_rate_);
  }
  double validate(const SequenceModel<float>& model) const override {
    return -slot_f1(model, task_.task.valid, task_.labels);
  }
  double test(const SequenceModel<float>& model) const override {
    return slot_f1(model, task_.task.test, task_.labels);
  }
  std::string origin() const override { return "atis/atis.train.w-intent.iob, atis/atis.test.w-intent.iob"; }
  std::string measure() const override { return "f1"; }
  double shown(double score) const override { return -score; }

 private:
  SlotTask task_;
  double unknown_rate_;
};

/// The next symbol of a long text; the state is carried from window to window and through the whole of a test.
class TextWorkload : public Workload {
 public:
  TextWorkload(TextCorpus corpus, Index window) : corpus_(std::move(corpus)), window_(window) {}

  ModelSpec fitted(ModelSpec spec) const override {
    spec.symbols = corpus_.vocabulary.size();
    spec.window = 1;
    spec.outputs = spec.symbols;
    spec.loss = name_of(TargetKind::softmax);
    return spec;
  }
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t) const override {
    return std::make_unique<TextStream>(corpus_.train.symbols, StreamOptions{.streams = size, .window = window_});
  }
  double validate(const SequenceModel<float>& model) const override {
    return evaluate_text(model, corpus_.valid.symbols).mean();
  }
  double test(const SequenceModel<float>& model) const override {
    return shown(evaluate_text(model, corpus_.test.symbols).mean());
  }
  std::string origin() const override { return corpus_.name; }
  std::string measure() const override { return corpus_.unit == TextUnit::word ? "perplexity" : "bpc"; }
  double shown(double score) const override {
    return corpus_.unit == TextUnit::word ? perplexity(score) : bits_per_character(score);
  }

 private:
  TextCorpus corpus_;
  Index window_;
};

bool is_text(const std::string& task) {
  const std::vector<std::string> texts = text_names();
  return std::find(texts.begin(), texts.end(), task) != texts.end();
}

void widen(const std::vector<Sequence>& sequences, InputBounds& box) {
  for (const Sequence& s : sequences) {
    box.low = box.low.cwiseMin(s.frames.rowwise().minCoeff());
    box.high = box.high.cwiseMax(s.frames.rowwise().maxCoeff());
  }
}

}  // namespace

SequenceWorkload::SequenceWorkload(const Task& task)
    : task_(task), valid_(evaluation_batches(task.valid, kEvaluationBatch, task.window)) {}

ModelSpec SequenceWorkload::fitted(ModelSpec spec) const {
  return fit(std::move(spec), task_);
}

std::unique_ptr<BatchSource> SequenceWorkload::source(Index size, std::uint64_t seed) const {
  return std::make_unique<ShuffledSequences>(task_.train, size, seed, task_.window);
}

double SequenceWorkload::test(const SequenceModel<float>& model) const {
  return mean_loss(model, evaluation_batches(task_.test, kEvaluationBatch, task_.window));
}

std::string SequenceWorkload::origin() const {
  const std::string file = file_of_task(task_.name);
  return file.empty() ? "built in" : file;
}

InputBounds SequenceWorkload::inputs() const {
  if (task_.input != InputKind::dense) return {};
  InputBounds box{Vector<float>::Zero(task_.input_size), Vector<float>::Zero(task_.input_size)};
  if (task_.target == TargetKind::bernoulli) {
    box.high.setOnes();
    return box;
  }
  widen(task_.train, box);
  widen(task_.valid, box);
  return box;
}

WorkloadOptions read_workload(const Config& config) {
  WorkloadOptions options;
  options.task = config.get_string("task");
  if (options.task == "atis") {
    options.slots.context = config.get_int("context", 0, {.at_least = 0, .at_most = 50});
    options.slots.validation = config.get_int("validation", 500, {.at_least = 1});
    options.slots.mask_digits = config.get_bool("mask_digits", true);
    options.unknown_rate = config.get_double("unknown_rate", 0.5, {.at_least = 0.0, .at_most = 1.0});
  }
  if (is_text(options.task)) options.bptt = config.get_int("bptt", 35, {.at_least = 1, .at_most = 100000});
  return options;
}

std::unique_ptr<Workload> make_workload(const WorkloadOptions& options, const DataSource& data) {
  if (options.task == "atis") {
    return std::make_unique<SlotWorkload>(make_slot_task(read_atis(data), options.slots), options.unknown_rate);
  }
  if (is_text(options.task)) return std::make_unique<TextWorkload>(read_text(options.task, data), options.bptt);
  return std::make_unique<OwnedSequences>(make_task(options.task, {.seed = options.seed}, data));
}

std::vector<std::string> workload_names() {
  std::vector<std::string> names = task_names();
  names.emplace_back("atis");
  for (std::string& name : text_names()) names.push_back(std::move(name));
  return names;
}

}  // namespace unrecur

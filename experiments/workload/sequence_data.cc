#include "experiments/workload/sequence_data.h"

#include <utility>

#include "experiments/tasks/make_task.h"
#include "experiments/workload/unknown_words.h"

namespace unrecur {
namespace {

/// Sequences evaluated side by side.
constexpr Index kEvaluationBatch = 16;

void widen(const std::vector<Sequence>& sequences, InputBounds& box) {
  for (const Sequence& s : sequences) {
    box.low = box.low.cwiseMin(s.frames.rowwise().minCoeff());
    box.high = box.high.cwiseMax(s.frames.rowwise().maxCoeff());
  }
}

}  // namespace

SequenceData::SequenceData(std::shared_ptr<const Task> task)
    : task_(std::move(task)), valid_(evaluation_batches(task_->valid, kEvaluationBatch, task_->window)) {}

ModelSpec SequenceData::fitted(ModelSpec spec) const {
  if (task_->input == InputKind::dense) {
    spec.frame = task_->input_size;
    spec.embedding = 0;
  } else {
    spec.symbols = task_->input_size;
    spec.window = task_->window;
  }
  spec.outputs = task_->target_size;
  spec.loss = name_of(task_->target);
  return spec;
}

std::unique_ptr<BatchSource> SequenceData::source(Index size, std::uint64_t seed, Index) const {
  return std::make_unique<ShuffledSequences>(task_->train, size, seed, task_->window);
}

LossSum SequenceData::loss(const SequenceModel<float>& model, Part part) const {
  if (part == Part::valid) return loss_of(model, valid_);
  return loss_of(model, evaluation_batches(task_->test, kEvaluationBatch, task_->window));
}

std::vector<LossSum> SequenceData::losses_by_order(const SequenceModel<float>& model, Part part,
                                                   std::span<const Index> orders) const {
  return unrecur::losses_by_order(model, part == Part::valid ? task_->valid : task_->test, task_->window, orders);
}

std::string SequenceData::origin() const {
  const std::string file = file_of_task(task_->name);
  return file.empty() ? "built in" : file;
}

InputBounds SequenceData::inputs() const {
  if (task_->input != InputKind::dense) return {};
  InputBounds box{Vector<float>::Zero(task_->input_size), Vector<float>::Zero(task_->input_size)};
  if (task_->target == TargetKind::bernoulli) {
    box.high.setOnes();
    return box;
  }
  widen(task_->train, box);
  widen(task_->valid, box);
  return box;
}

SlotData::SlotData(std::shared_ptr<const SlotTask> task, double unknown_rate)
    : SequenceData(std::shared_ptr<const Task>(task, &task->task)),
      slots_(std::move(task)),
      unknown_rate_(unknown_rate) {}

std::unique_ptr<BatchSource> SlotData::source(Index size, std::uint64_t seed, Index) const {
  return std::make_unique<UnknownWords>(*slots_, size, seed, unknown_rate_);
}

std::string SlotData::origin() const {
  return "atis/atis.train.w-intent.iob, atis/atis.test.w-intent.iob";
}

}  // namespace unrecur

#include "experiments/workload/workload.h"

#include <algorithm>
#include <utility>

#include "experiments/plan/config.h"
#include "experiments/tasks/make_task.h"
#include "experiments/workload/line_data.h"
#include "experiments/workload/sequence_data.h"
#include "experiments/workload/text_data.h"

namespace unrecur {
namespace {

constexpr const char* kSlots = "atis";

/// What the data needs whatever the order.
void read_data_keys(const Config& config, WorkloadOptions& options) {
  if (options.task == kSlots) {
    options.slots.context = config.get_int("context", 0, {.at_least = 0, .at_most = 50});
    options.slots.validation = config.get_int("validation", 500, {.at_least = 1});
    options.slots.mask_digits = config.get_bool("mask_digits", true);
    options.unknown_rate = config.get_double("unknown_rate", 0.5, {.at_least = 0.0, .at_most = 1.0});
  }
  if (!is_text_task(options.task)) return;
  if (config.has("independent_lines")) options.independent_lines = config.get_bool("independent_lines");
  if (!options.independent_lines) {
    options.bptt = config.get_int("bptt", 35, {.at_least = 1, .at_most = 100000});
    if (config.has("reads")) options.reads = config.get_int("reads", {.at_least = 1, .at_most = 100});
  }
}

/// The corpus with its own numbers of symbols.
SmallText whole_text(TextCorpus corpus) {
  return {.unit = corpus.unit,
          .symbols = static_cast<int>(corpus.vocabulary.size()),
          .line_end = corpus.vocabulary.find(end_of_line(corpus.unit)),
          .train = std::move(corpus.train.symbols),
          .valid = std::move(corpus.valid.symbols),
          .test = std::move(corpus.test.symbols)};
}

}  // namespace

Workload::Workload(std::unique_ptr<Dataset> data, std::unique_ptr<Measure> measure, Index order)
    : data_(std::move(data)), measure_(std::move(measure)), order_(order) {}

double Workload::validate_at(const SequenceModel<float>& model, Index order) const {
  return measure_->score(model, *data_, Part::valid, order);
}

double Workload::test(const SequenceModel<float>& model) const {
  return shown(measure_->score(model, *data_, Part::test, order_));
}

std::vector<double> Workload::test_by_order(const SequenceModel<float>& model, std::span<const Index> orders) const {
  std::vector<double> measures;
  for (const LossSum& l : data_->losses_by_order(model, Part::test, orders)) measures.push_back(shown(l.mean()));
  return measures;
}

Workload sequence_workload(Task task, Index order) {
  return {std::make_unique<SequenceData>(std::make_shared<const Task>(std::move(task))),
          std::make_unique<Likelihood>(Likelihood::Unit::nll), order};
}

WorkloadOptions read_workload(const Config& config) {
  WorkloadOptions options;
  options.task = config.get_string("task");
  read_data_keys(config, options);
  return options;
}

SmallTextOptions read_small_text_options(const Config& config) {
  constexpr AllowedInt kAny{.at_least = 0, .at_most = 1000000000};
  return {.vocabulary = config.get_int("vocabulary", 0, kAny),
          .train = config.get_int("train_symbols", 0, kAny),
          .valid = config.get_int("valid_symbols", 0, kAny),
          .test = config.get_int("test_symbols", 0, kAny)};
}

WorkloadOptions read_order_workload(const Config& config) {
  WorkloadOptions options;
  options.task = config.get_string("task");
  options.order = config.get_int("order", {.at_least = 0, .at_most = 100000});
  read_data_keys(config, options);
  if (is_text_task(options.task)) options.text = read_small_text_options(config);
  return options;
}

Workload make_workload(const WorkloadOptions& options, const DataSource& data) {
  if (options.task == kSlots) {
    return slot_workload(options, std::make_shared<const SlotTask>(make_slot_task(read_atis(data), options.slots)));
  }
  if (!is_text_task(options.task)) {
    return sequence_workload(make_task(options.task, {.seed = options.seed, .sequences = options.sequences}, data),
                             options.order);
  }
  return text_workload(options, read_small_text(options, data));
}

Workload slot_workload(const WorkloadOptions& options, std::shared_ptr<const SlotTask> slots) {
  auto measure = std::make_unique<ChunkF1>(slots);
  return {std::make_unique<SlotData>(std::move(slots), options.unknown_rate), std::move(measure), options.order};
}

bool is_slot_task(const std::string& task) {
  return task == kSlots;
}

SmallText read_small_text(const WorkloadOptions& options, const DataSource& data) {
  TextCorpus corpus = read_text(options.task, data);
  return options.text ? cut_text(corpus, *options.text) : whole_text(std::move(corpus));
}

Workload text_workload(const WorkloadOptions& options, SmallText text) {
  auto measure = std::make_unique<Likelihood>(text.unit);
  if (options.independent_lines)
    return {std::make_unique<LineData>(options.task, text), std::move(measure), options.order};
  return {std::make_unique<TextData>(options.task, std::move(text), options.bptt, options.reads), std::move(measure),
          options.order};
}

bool is_text_task(const std::string& task) {
  const std::vector<std::string> texts = text_names();
  return std::find(texts.begin(), texts.end(), task) != texts.end();
}

}  // namespace unrecur

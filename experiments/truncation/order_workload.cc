#include "experiments/truncation/order_workload.h"

#include <algorithm>
#include <utility>

#include "experiments/measures/likelihood.h"
#include "experiments/plan/config.h"
#include "experiments/tasks/make_task.h"
#include "experiments/tasks/stream.h"
#include "experiments/truncation/order_losses.h"
#include "experiments/truncation/text_windows.h"

namespace unrecur {
namespace {

class SequenceOrders : public OrderWorkload {
 public:
  SequenceOrders(Task task, Index order) : task_(std::move(task)), sequences_(task_), order_(order) {}
  SequenceOrders(const SequenceOrders&) = delete;
  SequenceOrders& operator=(const SequenceOrders&) = delete;

  ModelSpec fitted(ModelSpec spec) const override { return sequences_.fitted(std::move(spec)); }
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed) const override {
    return sequences_.source(size, seed);
  }
  double validate(const SequenceModel<float>& model) const override {
    return order_ == 0 ? sequences_.validate(model) : validate_at(model, order_);
  }
  double test(const SequenceModel<float>& model) const override {
    return order_ == 0 ? sequences_.test(model) : loss(model, task_.test, order_);
  }
  std::vector<double> test_by_order(const SequenceModel<float>& model, std::span<const Index> orders) const override {
    std::vector<double> measures;
    for (const LossSum& l : losses_by_order(model, task_.test, task_.window, orders)) measures.push_back(l.mean());
    return measures;
  }
  double validate_at(const SequenceModel<float>& model, Index order) const override {
    return loss(model, task_.valid, order);
  }
  std::string origin() const override { return sequences_.origin(); }
  InputBounds inputs() const override { return sequences_.inputs(); }

 private:
  double loss(const SequenceModel<float>& model, const std::vector<Sequence>& part, Index order) const {
    return losses_by_order(model, part, task_.window, std::span(&order, 1)).front().mean();
  }

  Task task_;
  SequenceWorkload sequences_;
  Index order_;
};

class TextOrders : public OrderWorkload {
 public:
  TextOrders(SmallText text, OrderWorkloadOptions options) : text_(std::move(text)), options_(std::move(options)) {}

  ModelSpec fitted(ModelSpec spec) const override {
    spec.symbols = text_.symbols;
    spec.window = 1;
    spec.outputs = spec.symbols;
    spec.loss = name_of(TargetKind::softmax);
    return spec;
  }
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t) const override {
    const StreamOptions streams{.streams = size, .window = options_.bptt};
    if (options_.order == 0) return std::make_unique<TextStream>(text_.train, streams);
    return std::make_unique<TextWindows>(text_.train, streams, options_.order - 1);
  }
  double validate(const SequenceModel<float>& model) const override { return loss(model, text_.valid); }
  double test(const SequenceModel<float>& model) const override { return shown(loss(model, text_.test)); }
  std::vector<double> test_by_order(const SequenceModel<float>& model, std::span<const Index> orders) const override {
    std::vector<double> measures;
    for (const LossSum& l : losses_by_order(model, text_.test, orders)) measures.push_back(shown(l.mean()));
    return measures;
  }
  double validate_at(const SequenceModel<float>& model, Index order) const override {
    return losses_by_order(model, text_.valid, std::span(&order, 1)).front().mean();
  }
  std::string origin() const override { return options_.task; }
  std::string measure() const override { return text_.unit == TextUnit::word ? "perplexity" : "bpc"; }
  double shown(double score) const override {
    return text_.unit == TextUnit::word ? perplexity(score) : bits_per_character(score);
  }

 private:
  double loss(const SequenceModel<float>& model, const std::vector<int>& part) const {
    if (options_.order == 0) return evaluate_text(model, part).mean();
    return losses_by_order(model, part, std::span(&options_.order, 1)).front().mean();
  }

  SmallText text_;
  OrderWorkloadOptions options_;
};

}  // namespace

bool is_text_task(const std::string& task) {
  const std::vector<std::string> texts = text_names();
  return std::find(texts.begin(), texts.end(), task) != texts.end();
}

SmallTextOptions read_small_text_options(const Config& config) {
  constexpr AllowedInt kAny{.at_least = 0, .at_most = 1000000000};
  return {.vocabulary = config.get_int("vocabulary", 0, kAny),
          .train = config.get_int("train_symbols", 0, kAny),
          .valid = config.get_int("valid_symbols", 0, kAny),
          .test = config.get_int("test_symbols", 0, kAny)};
}

OrderWorkloadOptions read_order_workload(const Config& config) {
  OrderWorkloadOptions options;
  options.task = config.get_string("task");
  options.order = config.get_int("order", {.at_least = 0, .at_most = 100000});
  if (is_text_task(options.task)) {
    options.bptt = config.get_int("bptt", 35, {.at_least = 1, .at_most = 100000});
    options.text = read_small_text_options(config);
  }
  return options;
}

std::unique_ptr<OrderWorkload> make_order_workload(const OrderWorkloadOptions& options, const DataSource& data) {
  if (!is_text_task(options.task)) {
    return std::make_unique<SequenceOrders>(make_task(options.task, {.seed = options.seed}, data), options.order);
  }
  return std::make_unique<TextOrders>(cut_text(read_text(options.task, data), options.text), options);
}

}  // namespace unrecur

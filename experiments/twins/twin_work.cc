#include "experiments/twins/twin_work.h"

#include <utility>

#include "base/errors.h"
#include "experiments/data/atis.h"
#include "experiments/plan/config.h"
#include "experiments/tasks/make_task.h"
#include "experiments/tasks/text_windows.h"

namespace unrecur {
namespace {

TwinWork work_of_text(const TwinWorkOptions& options, const DataSource& data) {
  SmallText text = read_small_text(options.work, data);
  const auto found = static_cast<Index>(text.test.size());
  if (found <= options.pieces * options.length) {
    throw UsageError("the test part of " + options.work.task + ": expected more than pieces × piece_length = " +
                     std::to_string(options.pieces * options.length) + " symbols, found " + std::to_string(found));
  }
  std::vector<Batch<float>> sequences;
  for (Index i = 0; i < options.pieces; ++i) {
    sequences.push_back(text_piece(text.test, i * options.length, options.length, 0));
  }
  return {text_workload(options.work, std::move(text)), std::move(sequences)};
}

std::vector<Batch<float>> whole_sequences(const Task& task) {
  std::vector<Batch<float>> sequences;
  for (Index i = 0; i < static_cast<Index>(task.test.size()); ++i) {
    sequences.push_back(pack(task.test, std::vector<Index>{i}, task.window));
  }
  return sequences;
}

TwinWork work_of_slots(const TwinWorkOptions& options, const DataSource& data) {
  auto slots = std::make_shared<const SlotTask>(make_slot_task(read_atis(data), options.work.slots));
  std::vector<Batch<float>> sequences = whole_sequences(slots->task);
  return {slot_workload(options.work, std::move(slots)), std::move(sequences)};
}

}  // namespace

TwinWorkOptions read_twin_work(const Config& config) {
  TwinWorkOptions options{.work = read_workload(config)};
  if (!is_text_task(options.work.task)) return options;
  if (options.work.independent_lines)
    throw UsageError(
        "independent_lines: twins of a text are fitted to a model that reads through the ends of its lines");
  options.work.text = read_small_text_options(config);
  options.pieces = config.get_int("pieces", 60, {.at_least = 1, .at_most = 100000});
  options.length = config.get_int("piece_length", 200, {.at_least = 8, .at_most = 100000});
  return options;
}

TwinWork make_twin_work(const TwinWorkOptions& options, std::uint64_t seed, const DataSource& data) {
  if (is_text_task(options.work.task)) return work_of_text(options, data);
  if (is_slot_task(options.work.task)) return work_of_slots(options, data);
  Task task = make_task(options.work.task, {.seed = seed}, data);
  std::vector<Batch<float>> sequences = whole_sequences(task);
  return {sequence_workload(std::move(task)), std::move(sequences)};
}

}  // namespace unrecur

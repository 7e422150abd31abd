#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "reports/blocks/block.h"
#include "reports/blocks/statistics.h"
#include "reports/results/result_store.h"

namespace unrecur::reports {

/// The text in lower case with hyphens for everything but letters and digits: for file names and keys.
std::string slug(const std::string& text);

/// A kind of cell as people know it: RNN, LSTM, GRU.
std::string cell_title(const std::string& cell);

/// The results of one configuration, one per seed, by seed.
struct Variant {
  std::string task;
  std::string label;    ///< what sets it apart from the task's other variants, in words
  std::string key;      ///< the same for a file name or a legend: letters, digits, hyphens
  bool stable = false;  ///< trained in a stable set
  std::vector<const StoredResult*> results;

  const TextMap& config() const { return results.front()->config; }
  std::vector<double> metrics(const std::string& name) const;  ///< of the seeds that have it
};

/// The variants of an experiment, by task, those on the whole of its text first; of these the unconstrained ones first.
/// The results must outlive them.
std::vector<Variant> variants_of(std::span<const StoredResult> results);

/// The tasks in the order of their variants.
std::vector<std::string> tasks_of(const std::vector<Variant>& variants);

/// A task's name in words; the name itself when it has no other.
std::string task_title(const std::string& task);
/// The same where there is little room.
std::string short_task(const std::string& task);

/// Whether a variant was trained on all of its text, and not on its first symbols alone.
bool on_whole_text(const Variant& variant);
/// The task's title, and on how much of its text the variant was trained where that is not all: "…, the first 1000000
/// symbols".
std::string text_title(const Variant& variant);
/// Its label where text_title() stands above: without the part of the text.
std::string label_in_text(const Variant& variant);

/// The seeds that other variants of the same task have and this one lacks.
std::vector<NotRun> missing_seeds(const std::vector<Variant>& variants);

/// Values of a metric of two variants for the seeds that both have: {first, second}.
std::vector<std::pair<double, double>> paired(const Variant& first, const Variant& second, const std::string& metric);

/// Adds a curve for every seed of the variant that has the series and, for two seeds and more, their mean (over the x
/// that all have). False if no seed has it.
bool add_curves(Figure& figure, const Variant& variant, const std::string& series, const Family& family);

/// Kind of a series in a figure: its side, except that a `rounding_floor` is a floor.
Kind kind_of(const Series& series);

}  // namespace unrecur::reports

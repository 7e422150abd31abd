#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/statistics.h"
#include "reports/results/result_store.h"

namespace unrecur::reports {

/// A metric of one configuration that differs between two folders of results, over the seeds that both have.
struct MetricChange {
  std::string experiment, variant, metric;  ///< plain text
  std::size_t pairs = 0, changed = 0;       ///< seeds in both; those whose values differ
  double before = 0, now = 0;               ///< means over the pairs
  double difference = 0;                    ///< mean of now − before over the pairs
  std::optional<Interval> interval{};       ///< its 95 % bootstrap interval; none for one pair
};

/// Two folders of results, paired by experiment, configuration and seed; versions of experiments and of stable sets,
/// which are there to part results of different code, do not count; nor do measured times (is_of_times of
/// experiments/plan/experiment.h), which differ from one run to the next.
struct ResultsComparison {
  std::size_t pairs = 0, identical = 0;  ///< results in both; those with the same metrics and series to the last bit
  std::vector<MetricChange> changes;     ///< by experiment, configuration, metric
  /// Series that differ while no metric does: "gap, jsb, …, seed 1: state_gap_max".
  std::vector<std::string> series_only;
  std::vector<std::string> only_now, only_before;  ///< what has no partner
};

/// Cost: linear in the numbers of both.
ResultsComparison compare_results(const ResultStore& now, const ResultStore& before);

}  // namespace unrecur::reports

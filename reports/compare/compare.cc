#include "reports/compare/compare.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "experiments/plan/experiment.h"
#include "reports/results/variants.h"

namespace unrecur::reports {
namespace {

/// Experiment and configuration, without the versions of code.
using PairKey = std::pair<std::string, TextMap>;

PairKey key_of_pair(const StoredResult& result) {
  TextMap config = result.config;
  std::erase_if(config, [](const auto& entry) { return entry.first.ends_with("version"); });
  return {result.experiment, config};
}

using BySeed = std::map<std::uint64_t, const StoredResult*>;

std::map<PairKey, BySeed> by_configuration(const ResultStore& store) {
  std::map<PairKey, BySeed> groups;
  for (const StoredResult& result : store.results) groups[key_of_pair(result)][result.seed] = &result;
  return groups;
}

/// The configurations in words, as reports have them.
std::map<PairKey, std::string> labels_of(const ResultStore& store) {
  std::map<PairKey, std::string> labels;
  std::map<std::string, std::vector<StoredResult>> experiments;
  for (const StoredResult& result : store.results) experiments[result.experiment].push_back(result);
  for (const auto& [name, results] : experiments) {
    for (const Variant& variant : variants_of(results)) {
      labels[key_of_pair(*variant.results.front())] = text_title(variant) + ", " + variant.label;
    }
  }
  return labels;
}

bool same_series(const Series& a, const Series& b) {
  return a.x == b.x && a.y == b.y && a.side == b.side;
}

std::map<std::string, double> lasting_metrics(const StoredResult& result) {
  std::map<std::string, double> metrics = result.metrics;
  std::erase_if(metrics, [](const auto& entry) { return is_of_times(entry.first); });
  return metrics;
}

/// Names of the series that are not the same to the last bit, or that one alone has.
std::vector<std::string> differing_series(const StoredResult& a, const StoredResult& b) {
  std::vector<std::string> names;
  for (const Series& s : a.series) {
    if (is_of_times(s.name)) continue;
    const Series* other = b.find_series(s.name);
    if (other == nullptr || !same_series(s, *other)) names.push_back(s.name);
  }
  for (const Series& s : b.series) {
    if (a.find_series(s.name) == nullptr && !is_of_times(s.name)) names.push_back(s.name);
  }
  return names;
}

class PairedVariant {
 public:
  PairedVariant(const PairKey& key, std::string label, const BySeed& now, const BySeed& before)
      : experiment_(key.first), label_(std::move(label)) {
    for (const auto& [seed, result] : now) {
      const auto partner = before.find(seed);
      if (partner != before.end()) pairs_.emplace_back(partner->second, result);
    }
  }

  void add_to(ResultsComparison& comparison) const {
    comparison.pairs += pairs_.size();
    std::set<std::string> metrics;
    for (const auto& [before, now] : pairs_) {
      const auto a = lasting_metrics(*before), b = lasting_metrics(*now);
      for (const auto& [name, value] : a) metrics.insert(name);
      for (const auto& [name, value] : b) metrics.insert(name);
      if (a != b) continue;
      const std::vector<std::string> series = differing_series(*before, *now);
      if (series.empty()) ++comparison.identical;
      for (const std::string& name : series) {
        comparison.series_only.push_back(experiment_ + ", " + label_ + ", seed " + std::to_string(now->seed) + ": " +
                                         name);
      }
    }
    for (const std::string& name : metrics) add_metric(comparison, name);
  }

 private:
  void add_metric(ResultsComparison& comparison, const std::string& name) const {
    MetricChange change{experiment_, label_, name};
    std::vector<double> differences;
    double before_sum = 0.0, now_sum = 0.0;
    bool one_sided = false;
    for (const auto& [before, now] : pairs_) {
      const auto a = before->metric(name), b = now->metric(name);
      one_sided = one_sided || a.has_value() != b.has_value();
      if (!a || !b) continue;
      differences.push_back(*b - *a);
      before_sum += *a;
      now_sum += *b;
      if (*a != *b) ++change.changed;
    }
    change.pairs = differences.size();
    if (change.changed == 0 && !one_sided) return;
    if (change.pairs > 0) {
      const double n = static_cast<double>(change.pairs);
      change.before = before_sum / n;
      change.now = now_sum / n;
      change.difference = summarize(differences).mean;
      change.interval = bootstrap_mean_95(differences);
    }
    comparison.changes.push_back(std::move(change));
  }

  std::string experiment_, label_;
  std::vector<std::pair<const StoredResult*, const StoredResult*>> pairs_;  ///< before, now
};

/// What one side has and the other does not.
std::vector<std::string> without_partner(const std::map<PairKey, BySeed>& all, const std::map<PairKey, BySeed>& others,
                                         const std::map<PairKey, std::string>& labels) {
  std::vector<std::string> list;
  for (const auto& [key, seeds] : all) {
    const auto found = others.find(key);
    for (const auto& [seed, result] : seeds) {
      if (found != others.end() && found->second.contains(seed)) continue;
      list.push_back(key.first + ", " + labels.at(key) + ", seed " + std::to_string(seed));
    }
  }
  return list;
}

}  // namespace

ResultsComparison compare_results(const ResultStore& now, const ResultStore& before) {
  const auto ours = by_configuration(now), theirs = by_configuration(before);
  const auto labels = labels_of(now), other_labels = labels_of(before);
  ResultsComparison comparison;
  for (const auto& [key, seeds] : ours) {
    const auto found = theirs.find(key);
    if (found != theirs.end()) PairedVariant(key, labels.at(key), seeds, found->second).add_to(comparison);
  }
  comparison.only_now = without_partner(ours, theirs, labels);
  comparison.only_before = without_partner(theirs, ours, other_labels);
  return comparison;
}

}  // namespace unrecur::reports

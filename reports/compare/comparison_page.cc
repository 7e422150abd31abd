#include "reports/compare/comparison_page.h"

#include <cmath>
#include <map>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/variants.h"

namespace unrecur::reports {
namespace {

/// "−0.18 [−0.20, −0.16]"; nothing where no seed has both values.
std::string words_of_change(const MetricChange& change) {
  if (change.pairs == 0) return kNothing;
  return format_number(change.difference, 3) + (change.interval ? " " + format_interval(*change.interval) : "");
}

std::string relative_change(const MetricChange& change) {
  if (change.pairs == 0 || change.before == 0.0) return kNothing;
  return format_number(100.0 * change.difference / std::abs(change.before), 2) + " %";
}

Table changes_of(const std::string& experiment, const std::vector<const MetricChange*>& changes) {
  Table table;
  table.id = slug("changes-" + experiment);
  table.caption =
      "Metrics that differ: means over the seeds that both folders have, and the mean difference with its 95 % "
      "percentile bootstrap interval over these pairs, which is too short when seeds are few.";
  table.columns = {{"configuration"}, {"metric"},    {"seeds", true},      {"of them changed", true},
                   {"before", true},  {"now", true}, {"difference", true}, {"relative", true}};
  for (const MetricChange* change : changes) {
    const bool known = change->pairs > 0;
    table.rows.push_back({literal(change->variant), "`" + change->metric + "`", std::to_string(change->pairs),
                          std::to_string(change->changed), known ? format_number(change->before, 6) : kNothing,
                          known ? format_number(change->now, 6) : kNothing, words_of_change(*change),
                          relative_change(*change)});
  }
  return table;
}

Chapter chapter_of_list(const std::string& id, const std::string& title, const std::vector<std::string>& list) {
  Table table{id, std::to_string(list.size()) + (list.size() == 1 ? " result." : " results."), {{"result"}}, {}};
  for (const std::string& text : list) table.rows.push_back({literal(text)});
  table.folded = list.size() > 20;
  return {id, title, {std::move(table)}};
}

}  // namespace

std::string comparison_sentence(const ResultsComparison& c) {
  std::string text = std::to_string(c.pairs) + (c.pairs == 1 ? " result is" : " results are") +
                     " in both folders: " + std::to_string(c.identical) + " the same to the last bit, " +
                     std::to_string(c.pairs - c.identical) + " not";
  if (!c.only_now.empty() || !c.only_before.empty()) {
    text += "; " + std::to_string(c.only_now.size()) + " only in the first, " + std::to_string(c.only_before.size()) +
            " only in the other";
  }
  return text + ".";
}

Document comparison_document(const ResultsComparison& comparison, const std::string& now, const std::string& before) {
  Document document;
  document.title = "What changed";
  document.subtitle = now + " against " + before;
  document.answers.push_back(comparison_sentence(comparison));
  std::map<std::string, std::vector<const MetricChange*>> experiments;
  for (const MetricChange& change : comparison.changes) experiments[change.experiment].push_back(&change);
  std::size_t apart = 0;
  for (const MetricChange& change : comparison.changes) {
    if (change.interval && (change.interval->low > 0.0 || change.interval->high < 0.0)) ++apart;
  }
  if (!comparison.changes.empty()) {
    document.answers.push_back("Metrics that differ: " + std::to_string(comparison.changes.size()) + ", of which " +
                               std::to_string(apart) +
                               " with an interval on one side of zero; by chance, one in twenty has one.");
  }
  for (const auto& [experiment, changes] : experiments) {
    document.chapters.push_back({slug(experiment), literal(experiment), {changes_of(experiment, changes)}});
  }
  if (!comparison.series_only.empty()) {
    document.chapters.push_back(
        chapter_of_list("series", "Series that differ where no metric does", comparison.series_only));
  }
  if (!comparison.only_now.empty()) {
    document.chapters.push_back(chapter_of_list("only-first", "Only in " + literal(now), comparison.only_now));
  }
  if (!comparison.only_before.empty()) {
    document.chapters.push_back(chapter_of_list("only-other", "Only in " + literal(before), comparison.only_before));
  }
  return document;
}

}  // namespace unrecur::reports

#include <algorithm>
#include <cmath>
#include <string>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/claims.h"
#include "reports/results/metrics.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"

namespace unrecur::reports {
namespace {

constexpr const char* words_of_twins = R"(
Can a trained recurrent model be replaced by one that sees the last $k$ inputs only? **Truncated**: the model itself over these
inputs, from zero. **fir**: an affine map of them, by least squares. **volterra**: with the products of two of the newest.
**tcn**: a network of causal dilated convolutions that is trained to imitate. All are fitted to the first three quarters of
each test sequence and measured on the rest: the error is the root mean square of the difference over that of the output.
With a proved rate the gap of truncations has a proved bound.
)";

constexpr const char* twin_families[] = {"truncated", "fir", "volterra", "tcn"};

Figure twins_figure(const Variant& variant, const std::string& quantity, const std::string& title,
                    const std::string& label) {
  Figure figure;
  figure.id = slug("twins-" + quantity + "-" + variant.task + "-" + variant.key);
  figure.title = title + ", " + task_title(variant.task) + ", " + variant.label;
  figure.x = {"k", true};
  figure.y = {label, true};
  int colour = 0;
  for (const std::string family : twin_families) {
    add_curves(figure, variant, quantity + "_" + family, {family, family, Kind::measured, ++colour});
  }
  if (quantity != "output_gap") return figure;
  add_curves(figure, variant, "bound_output", {"bound", "proved bound of truncations", Kind::upper, ++colour});
  return figure;
}

/// The last point of a curve whose x is at most k: what is known of the bound there, for it falls with k.
std::optional<double> value_at(const Series& series, double k) {
  std::optional<double> found;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (series.x[i] <= k) found = series.y[i];
  }
  return found;
}

/// Gaps at most as large as the bound, and all that have one: of truncations for every k, of fitted twins for their
/// largest k.
void count_gaps(const StoredResult& result, ClaimOutcome& claim) {
  const Series* bound = result.find_series("bound_output");
  if (bound == nullptr) return;
  for (const std::string family : twin_families) {
    const Series* gap = result.find_series("output_gap_" + family);
    if (gap == nullptr || gap->x.empty()) continue;
    for (std::size_t i = family == "truncated" ? 0 : gap->x.size() - 1; i < gap->x.size(); ++i) {
      if (const auto most = value_at(*bound, gap->x[i])) claim.count(gap->y[i] <= *most);
    }
  }
}

bool is_smaller(const StoredResult& result, const std::string& metric) {
  const auto network = result.metric(metric + "_tcn"), truncated = result.metric(metric + "_truncated");
  return network && (!truncated || *network < *truncated);
}

void settle(ClaimOutcome& claim, int at_least, const std::string& words) {
  if (claim.cases == 0) return;
  claim.standing = claim.agreeing >= at_least ? ClaimOutcome::Standing::holds : ClaimOutcome::Standing::fails;
  claim.evidence = claim.ours = std::to_string(claim.agreeing) + " of " + std::to_string(claim.cases) + " " + words;
}

std::map<std::string, ClaimOutcome> twin_verdicts(const SectionInput& input) {
  ClaimOutcome bounded, smaller, unstable;
  for (const StoredResult& result : input.results) {
    if (text_or(result.config, "stable_set") == "none") {
      unstable.count(result.metric("k_truncated").has_value());
    } else {
      count_gaps(result, bounded);
    }
    if (text_or(result.provenance, "tier") == "laptop" && result.find_series("error_tcn") != nullptr) {
      smaller.count(is_smaller(result, "k") || is_smaller(result, "parameters"));
    }
  }
  settle(bounded, bounded.cases, "gaps are at most the bound of truncation at their k");
  settle(smaller, 1, "models have a convolutional twin that is smaller than the truncated one");
  settle(unstable, (unstable.cases + 1) / 2, "unconstrained models have a truncated twin within the error");
  return {{"T1", bounded}, {"T2", smaller}, {"T3", unstable}};
}

SectionContent render_twins(const SectionInput& input) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{words_of_twins}};
  add_claims(content, input.plan, twin_verdicts(input));
  for (const Variant& variant : variants) {
    Figure error = twins_figure(variant, "error", "Error of twins", "error");
    if (const auto epsilon = variant.results.front()->metric("epsilon")) {
      error.levels.push_back({'y', *epsilon, "asked for"});
    }
    error.caption = "Against the inputs that are seen, on steps that nothing was fitted to.";
    if (!error.curves.empty()) content.blocks.push_back(std::move(error));
    Figure gap = twins_figure(variant, "output_gap", "Largest gap of outputs", "gap");
    gap.caption = "The bound is proved for every sequence within the range of the inputs, where a rate is.";
    if (!gap.curves.empty()) content.blocks.push_back(std::move(gap));
  }
  for (const std::string& task : tasks_of(variants)) {
    content.blocks.push_back(metrics_table("twins", of_task(variants, task)));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace
}  // namespace unrecur::reports

namespace unrecur::registry::sections {

extern const reports::Section twins;
const reports::Section twins = {"twins", "Feed-forward twins", 88, reports::render_twins};

}  // namespace unrecur::registry::sections

#include "reports/sections/truncated/paths.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/metrics.h"

namespace unrecur::reports::truncated {
namespace {

using Standing = ClaimOutcome::Standing;

constexpr double kSlack = 1.05;

constexpr const char* theory_of_paths = R"(
Models of several truncation orders start from the same weights and take the same steps of gradient descent on the same
pieces of 65 symbols, each piece from the zero state; the model of order 65 is the recurrent one. Shown is the distance
$\lVert W_k - W_{65} \rVert$ of their weights along training, over all weights and over the recurrent matrix alone, and for
scale how far $W_{65}$ has come from the start.

Proposition 4 bounds this distance by $\alpha\gamma k\lambda^k N^{\alpha\beta+1}$ for stable models and rates $\alpha/t$; the
models here have no constraint and a constant rate, so the bound does not apply to them.

The model of order 64 differs from the recurrent one in the last of 65 predictions alone, and only by the first of its
inputs: what separates the two is how strongly training itself amplifies a small difference. A distance near that of
$k = 64$ says nothing about truncation.

Published (quoted as remembered): the distances grow fast at first and slowly afterwards, and are smaller for larger $k$.
)";

/// The orders of the series PREFIXkK of a result.
std::vector<int> orders_of(const StoredResult& result, const std::string& prefix) {
  std::vector<int> orders;
  for (const Series& s : result.series) {
    if (s.name.starts_with(prefix)) orders.push_back(std::atoi(s.name.c_str() + prefix.size()));
  }
  std::sort(orders.begin(), orders.end());
  return orders;
}

/// Means over seeds of the distance in the middle and at the end.
struct Distance {
  double middle = 0.0, end = 0.0;
};

std::map<int, Distance> distances(const Variant& variant) {
  std::map<int, Distance> means;
  const double n = static_cast<double>(variant.results.size());
  for (const int k : orders_of(*variant.results.front(), "distance_k")) {
    for (const StoredResult* r : variant.results) {
      const Series* s = r->find_series("distance_k" + std::to_string(k));
      if (s == nullptr || s->y.empty()) continue;
      means[k].middle += s->y[s->y.size() / 2] / n;
      means[k].end += s->y.back() / n;
    }
  }
  return means;
}

/// What contradicts the rule, in words.
std::vector<std::string> contradictions(const std::map<int, Distance>& d) {
  std::vector<std::string> list;
  const Distance* before = nullptr;
  int smaller = 0;
  for (const auto& [k, distance] : d) {
    if (before != nullptr && !(distance.end <= kSlack * before->end)) {
      list.push_back("farther at k = " + std::to_string(k) + " than at k = " + std::to_string(smaller));
    }
    if (!(distance.end - distance.middle < distance.middle)) {
      list.push_back("at k = " + std::to_string(k) + " the second half of the steps adds as much as the first");
    }
    before = &distance;
    smaller = k;
  }
  if (!(d.at(35).end <= 0.5 * d.at(5).end)) list.emplace_back("at k = 35 more than half as far as at k = 5");
  return list;
}

Figure path_figure(const Variant& variant, const std::string& experiment, const std::string& prefix,
                   const std::string& what) {
  Figure figure;
  figure.id = block_id(experiment, variant.task, prefix + "distance-" + variant.key);
  figure.title = "Distance of " + what + " from the recurrent model's, " + task_title(variant.task);
  figure.caption =
      "Strong lines are means over seeds, thin lines single seeds. The grey line is how far the recurrent model has "
      "come "
      "from the start.";
  figure.x = {"steps of training", false};
  figure.y = {"distance", false};
  int colour = 0;
  for (const int k : orders_of(*variant.results.front(), prefix + "distance_k")) {
    const std::string name = "k" + std::to_string(k);
    add_curves(figure, variant, prefix + "distance_" + name,
               {name, "k = " + std::to_string(k), Kind::measured, 1 + colour++ % 6});
  }
  add_curves(figure, variant, prefix + "path_length", {"path", "recurrent model from its start", Kind::measured, 0});
  return figure;
}

Table path_table(const Variant& variant, const std::string& experiment) {
  Table table;
  table.id = block_id(experiment, variant.task, "distances-" + variant.key);
  table.caption =
      "Distances after the last step, mean ± standard deviation over seeds; the validation measure is that of "
      "the model as it is trained, cut to its own order.";
  table.columns = {{"order k"}, {"all weights", true}, {"recurrent matrix", true}, {"validation", true}};
  const auto validation = [&](int k) {
    for (const char* measure : {"perplexity", "nll", "bpc"}) {
      const auto values = variant.metrics("valid_" + std::string(measure) + "_k" + std::to_string(k));
      if (!values.empty()) return format_mean_sd(values);
    }
    return std::string(kNothing);
  };
  for (const int k : orders_of(*variant.results.front(), "distance_k")) {
    const std::string name = "k" + std::to_string(k);
    table.rows.push_back({std::to_string(k), format_mean_sd(variant.metrics("distance_" + name)),
                          format_mean_sd(variant.metrics("recurrent_distance_" + name)), validation(k)});
  }
  table.rows.push_back({"recurrent, from its start", format_mean_sd(variant.metrics("path_length")),
                        format_mean_sd(variant.metrics("recurrent_path_length")),
                        validation(std::atoi(text_or(variant.config(), "length", "65").c_str()))});
  return table;
}

std::string answer(const Variant& variant) {
  const std::map<int, Distance> d = distances(variant);
  if (d.empty()) return "";
  const double path = summarize(variant.metrics("path_length")).mean;
  std::string list;
  for (const auto& [k, distance] : d) {
    list += (list.empty() ? "" : ", ") + format_number(100.0 * distance.end / path, 2) +
            " % ($k$ = " + std::to_string(k) + ")";
  }
  return "On **" + literal(task_title(variant.task)) + "** (" + literal(text_or(variant.config(), "cell")) +
         ") the weights of truncated models end this far from the recurrent model's, as a share of the way that one "
         "has "
         "come: " +
         list + ".";
}

}  // namespace

ClaimOutcome paths_stay_close(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  for (const Variant& variant : variants) {
    const std::map<int, Distance> d = distances(variant);
    if (!d.count(5) || !d.count(35)) continue;
    const std::vector<std::string> against = contradictions(d);
    std::string text = "distance at k = 5: " + format_number(d.at(5).end, 3) +
                       ", at k = 35: " + format_number(d.at(35).end, 3) + " of a path of " +
                       format_number(summarize(variant.metrics("path_length")).mean, 3);
    for (const std::string& a : against) text += "; " + a;
    // Each order but the first beside the one before it, the growth at every order, and the distance at 35.
    const int asked = 2 * static_cast<int>(d.size());
    outcome.cases += asked;
    outcome.agreeing += asked - static_cast<int>(against.size());
    const double path = summarize(variant.metrics("path_length")).mean;
    outcome.ours += (outcome.ours.empty() ? "" : "; ") + cell_title(text_or(variant.config(), "cell")) +
                    ", k = 35: apart by " + format_number(100.0 * d.at(35).end / path, 2) + " % of the way";
    outcome.evidence += (outcome.evidence.empty() ? "" : ". ") + text;
    if (!against.empty()) outcome.standing = Standing::fails;
    if (against.empty() && outcome.standing == Standing::open) outcome.standing = Standing::holds;
  }
  return outcome;
}

SectionContent path_section(const SectionInput& input, const std::string& experiment) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{theory_of_paths}};
  add_claims(content, input.plan, {{"C7", paths_stay_close(variants)}});
  for (const Variant& variant : variants) {
    if (std::string text = answer(variant); !text.empty()) content.answers.push_back(std::move(text));
    for (Figure& figure : std::vector<Figure>{path_figure(variant, experiment, "", "all weights"),
                                              path_figure(variant, experiment, "recurrent_", "the recurrent matrix")}) {
      if (!figure.curves.empty()) content.blocks.push_back(std::move(figure));
    }
    content.blocks.push_back(path_table(variant, experiment));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace unrecur::reports::truncated

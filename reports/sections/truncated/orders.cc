#include "reports/sections/truncated/orders.h"

#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/metrics.h"
#include "reports/results/paper_cells.h"

namespace unrecur::reports::truncated {
namespace {

using Standing = ClaimOutcome::Standing;

// The rule of experiments/configs/fig4a.toml and fig4b.toml.
constexpr int kModerate = 16;
constexpr double kLittle = 0.02;

constexpr const char* theory = R"(
A truncated model of order $k$ predicts from the last $k$ inputs alone, from the zero state. It is shown in two ways:
**trained truncated**, where training, validation and test all see the last $k$ inputs only (each prediction has a window of
its own, with its exact gradient); and **cut**, where the recurrent model is trained as usual and truncated at test time. All
models of a seed start from the same weights and predict the same targets in the same steps.

Published (quoted as remembered): for both cells the measure falls steeply with the first few inputs and then flattens, so
that more context brings diminishing returns.
)";

std::string name_of_cell(const std::string& cell) {
  return cell == kPaperRnn ? "RNN" : cell == kPaperLstm ? "LSTM" : cell;
}

/// The mean of the variant over that of the recurrent one, less 1, over the seeds that both have.
std::optional<double> excess(const Variant& recurrent, const Variant& variant, const std::string& metric) {
  double before = 0.0, after = 0.0;
  const auto pairs = paired(recurrent, variant, metric);
  for (const auto& [a, b] : pairs) {
    before += a;
    after += b;
  }
  if (pairs.empty()) return std::nullopt;
  return after / before - 1.0;
}

std::string percent(double share) {
  return format_number(100.0 * share, 2) + " %";
}

/// A curve over the orders for every seed, and their mean.
void add_trained(Figure& figure, const ByOrder& variants, const std::string& metric, const Family& family) {
  std::map<std::uint64_t, Curve> seeds;
  Curve mean{family.key, std::nullopt, {}, {}};
  for (const auto& [order, variant] : variants) {
    if (order == 0) continue;
    for (const StoredResult* r : variant->results) {
      const auto value = r->metric(metric);
      if (!value) continue;
      Curve& curve = seeds.try_emplace(r->seed, Curve{family.key, r->seed, {}, {}}).first->second;
      curve.x.push_back(order);
      curve.y.push_back(*value);
    }
    const std::vector<double> values = variant->metrics(metric);
    if (values.empty()) continue;
    mean.x.push_back(order);
    mean.y.push_back(summarize(values).mean);
  }
  if (mean.x.empty()) return;
  figure.families.push_back(family);
  if (seeds.size() > 1) {
    for (auto& [seed, curve] : seeds) figure.curves.push_back(std::move(curve));
  }
  figure.curves.push_back(std::move(mean));
}

Figure order_figure(const std::map<std::string, ByOrder>& cells, const std::string& experiment,
                    const Measure& measure) {
  Figure figure;
  figure.id = block_id(experiment, "", "orders");
  figure.title = "Truncated models against the truncation order";
  figure.caption =
      "Test measure of models trained at order $k$, and of the recurrent model cut to order $k$ at test time; straight "
      "lines are the recurrent models.";
  figure.x = {"truncation order k", true};
  figure.y = {measure.words, false};
  figure.wide = true;
  int colour = 1;
  for (const auto& [cell, variants] : cells) {
    const std::string name = name_of_cell(cell);
    add_trained(figure, variants, measure.metric,
                {cell + "-trained", name + ", trained truncated", Kind::measured, colour});
    if (const auto found = variants.find(0); found != variants.end()) {
      add_curves(figure, *found->second, measure.metric + "_truncated",
                 {cell + "-cut", name + ", cut at test time", Kind::measured, colour + 2});
      const std::vector<double> values = found->second->metrics(measure.metric);
      if (!values.empty()) {
        figure.levels.push_back({'y', summarize(values).mean, name + ", recurrent", colour});
      }
    }
    ++colour;
  }
  return figure;
}

/// The mean over seeds of the recurrent model cut to that order.
std::string cut_at(const ByOrder& variants, const std::string& series, int order) {
  const auto found = variants.find(0);
  if (found == variants.end()) return kNothing;
  std::vector<double> values;
  for (const StoredResult* r : found->second->results) {
    const Series* s = r->find_series(series);
    for (std::size_t i = 0; s != nullptr && i < s->x.size(); ++i) {
      if (s->x[i] == order) values.push_back(s->y[i]);
    }
  }
  return format_mean_sd(values);
}

std::string trained_at(const ByOrder& variants, const std::string& metric, int order) {
  const auto found = variants.find(order);
  return found == variants.end() ? kNothing : format_mean_sd(found->second->metrics(metric));
}

std::set<int> all_orders(const std::map<std::string, ByOrder>& cells, const std::string& series) {
  std::set<int> orders;
  for (const auto& [cell, variants] : cells) {
    for (const auto& [order, variant] : variants) {
      if (order > 0) orders.insert(order);
      const Series* s = variant->results.front()->find_series(series);
      if (order == 0 && s != nullptr) {
        for (const double x : s->x) orders.insert(static_cast<int>(x));
      }
    }
  }
  return orders;
}

Table order_table(const std::map<std::string, ByOrder>& cells, const std::string& experiment, const Measure& measure) {
  Table table;
  table.id = slug(experiment + "-orders");
  table.caption = "The same numbers: " + measure.words + ", mean ± standard deviation over seeds.";
  table.columns = {{"order k"}};
  for (const auto& [cell, variants] : cells) {
    table.columns.push_back({name_of_cell(cell) + ", trained truncated", true});
    table.columns.push_back({name_of_cell(cell) + ", cut", true});
  }
  for (const int order : all_orders(cells, measure.metric + "_truncated")) {
    std::vector<std::string> row{std::to_string(order)};
    for (const auto& [cell, variants] : cells) {
      row.push_back(trained_at(variants, measure.metric, order));
      row.push_back(cut_at(variants, measure.metric + "_truncated", order));
    }
    table.rows.push_back(std::move(row));
  }
  std::vector<std::string> last{"recurrent"};
  for (const auto& [cell, variants] : cells) {
    last.push_back(trained_at(variants, measure.metric, 0));
    last.emplace_back(kNothing);
  }
  table.rows.push_back(std::move(last));
  return table;
}

/// "RNN: order 16 costs 0.3 % …" for every cell whose recurrent model is there.
std::string answer(const std::string& task, const std::map<std::string, ByOrder>& cells, const Measure& measure) {
  std::string text;
  for (const auto& [cell, variants] : cells) {
    const auto recurrent = variants.find(0);
    if (recurrent == variants.end() || variants.size() < 2) continue;
    text +=
        (text.empty() ? "On **" + literal(task_title(task)) + "**, trained to see the last $k$ inputs only, " : "; ") +
        std::string("the ") + name_of_cell(cell) + " has a " + measure.words + " of ";
    std::string list;
    for (const auto& [order, variant] : variants) {
      if (order == 0) continue;
      list += (list.empty() ? "" : ", ") + format_number(summarize(variant->metrics(measure.metric)).mean, 4) +
              " ($k$ = " + std::to_string(order) + ")";
    }
    text += list + " against " + format_number(summarize(recurrent->second->metrics(measure.metric)).mean, 4) +
            " of the recurrent model";
  }
  return text.empty() ? text : text + ".";
}

}  // namespace

std::map<std::string, ByOrder> by_cell(const std::vector<Variant>& variants) {
  std::map<std::string, ByOrder> cells;
  for (const Variant& variant : variants) {
    const int order = std::atoi(text_or(variant.config(), "order", "-1").c_str());
    if (order >= 0) cells[text_or(variant.config(), "cell")][order] = &variant;
  }
  return cells;
}

ClaimOutcome truncation_costs_little(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool contradicted = false, complete = true;
  std::optional<double> most;
  const auto cells = by_cell(variants);
  for (const char* cell : {kPaperRnn, kPaperLstm}) {
    const auto found = cells.find(cell);
    const Variant* recurrent = found == cells.end() || !found->second.count(0) ? nullptr : found->second.at(0);
    if (recurrent == nullptr || !found->second.count(kModerate)) {
      complete = false;
      outcome.evidence += (outcome.evidence.empty() ? "" : "; ") + name_of_cell(cell) +
                          ": the recurrent model or order 16 has not been run";
      continue;
    }
    const std::string metric = measure_of(of_task(variants, recurrent->task)).metric;
    for (const auto& [order, variant] : found->second) {
      const auto worse = order < kModerate ? std::nullopt : excess(*recurrent, *variant, metric);
      if (!worse) continue;
      contradicted = contradicted || !(*worse <= kLittle);
      outcome.count(*worse <= kLittle);
      if (!most || *worse > *most) {
        most = *worse;
        outcome.ours = std::string(*worse > 0.0 ? "at most " : "at least ") + percent(std::abs(*worse)) +
                       (*worse > 0.0 ? " worse" : " better") + " from k = " + std::to_string(kModerate) + " on (" +
                       literal(short_task(recurrent->task)) + ")";
      }
      outcome.evidence += (outcome.evidence.empty() ? "" : "; ") + name_of_cell(cell) +
                          ", k = " + std::to_string(order) + ": " + percent(std::abs(*worse)) +
                          (*worse > 0.0 ? " worse" : " better") + " than recurrent";
    }
  }
  if (contradicted) {
    outcome.standing = Standing::fails;
  } else if (complete) {
    outcome.standing = Standing::holds;
  }
  return outcome;
}

SectionContent order_section(const SectionInput& input, const std::string& experiment) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {Prose{theory}};
  add_claims(content, input.plan, {{"C6", truncation_costs_little(variants)}});
  for (const std::string& task : tasks_of(variants)) {
    std::vector<Variant> own;
    for (const Variant& variant : variants) {
      if (variant.task == task) own.push_back(variant);
    }
    const auto cells = by_cell(own);
    const Measure measure = measure_of(of_task(variants, task));
    content.blocks.push_back(Heading{literal(task_title(task))});
    if (std::string text = answer(task, cells, measure); !text.empty()) content.answers.push_back(std::move(text));
    Figure figure = order_figure(cells, experiment, measure);
    if (!figure.curves.empty()) content.blocks.push_back(std::move(figure));
    content.blocks.push_back(order_table(cells, experiment, measure));
    content.blocks.push_back(folded_metrics_table(experiment, of_task(variants, task)));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace unrecur::reports::truncated

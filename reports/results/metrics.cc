#include "reports/results/metrics.h"

#include <algorithm>
#include <set>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"

namespace unrecur::reports {
namespace {

const Measure measures[] = {
    {"test_nll", "test NLL", "nats per frame", true},  {"test_loss", "test loss", "", true},
    {"test_perplexity", "test perplexity", "", true},  {"test_bpc", "test bits per character", "", true},
    {"test_bits", "test bits per sample", "", true},   {"test_f1", "test F1", "%", false},
    {"test_mse", "test mean squared error", "", true}, {"test_accuracy", "test accuracy", "%", false}};

/// `test_nll` is the model's own loss: frames of keys on music, symbols on texts, numbers on two of the synthetic
/// tasks.
Measure loss_of(const std::string& task) {
  if (task == "teacher" || task == "adding") return {"test_nll", "test loss", "squared error", true};
  if (task.ends_with("mnist") || task.ends_with("bars")) return {"test_nll", "test NLL", "nats per image", true};
  if (task == "grammar" || task.starts_with("copy") || task.starts_with("ptb") || task.starts_with("wikitext")) {
    return {"test_nll", "test NLL", "nats per symbol", true};
  }
  return measures[0];
}

}  // namespace

Measure measure_of(const std::vector<const Variant*>& variants) {
  const std::string& task = variants.front()->task;
  for (const Measure& m : measures) {
    for (const Variant* variant : variants) {
      if (!variant->metrics(m.metric).empty()) return m.metric == "test_nll" ? loss_of(task) : m;
    }
  }
  return measures[0];
}

Table metrics_table(const std::string& experiment, const std::vector<const Variant*>& variants) {
  const std::string& task = variants.front()->task;
  Table table;
  table.id = block_id(experiment, task, "metrics");
  table.caption = "All metrics, " + literal(task_title(task)) + ": mean ± standard deviation over seeds.";
  table.columns = {{"metric"}};
  std::set<std::string> names;
  for (const Variant* variant : variants) {
    table.columns.push_back({literal(variant->label), true});
    for (const StoredResult* r : variant->results) {
      for (const auto& [name, value] : r->metrics) names.insert(name);
    }
  }
  for (const std::string& name : names) {
    std::vector<std::string> row{"`" + name + "`"};
    for (const Variant* variant : variants) row.push_back(format_mean_sd(variant->metrics(name)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table folded_metrics_table(const std::string& experiment, const std::vector<const Variant*>& variants) {
  Table table = metrics_table(experiment, variants);
  table.folded = true;
  return table;
}

std::vector<const Variant*> of_task(const std::vector<Variant>& variants, const std::string& task) {
  std::vector<const Variant*> list;
  for (const Variant& variant : variants) {
    if (variant.task == task) list.push_back(&variant);
  }
  return list;
}

std::string block_id(const std::string& experiment, const std::string& task, const std::string& what) {
  return slug(experiment + "-" + (task.empty() ? "all" : task) + "-" + what);
}

}  // namespace unrecur::reports
